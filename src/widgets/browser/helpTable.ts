import { element } from './elements.js';

export type HelpLine = readonly [does: string, pointer: string, key: string];

/** What gestures and keys there are, hidden until it is asked for. */
export function helpTable(lines: readonly HelpLine[]): HTMLElement {
  const row = (cells: readonly string[], tag: 'td' | 'th'): HTMLElement =>
    element('tr', {}, ...cells.map((cell) => element(tag, {}, cell)));
  const table = element(
    'table',
    {},
    row(['', 'pointer', 'key'], 'th'),
    ...lines.map((line) => row(line, 'td')),
  );
  const help = element('div', { class: 'voxlab-help' }, table);
  help.hidden = true;
  return help;
}
