import type { Preset } from '../viewerState.js';
import { element, pressButton } from './elements.js';
import { number } from './viewerModel.js';

/** Of paths in a square of 16. */
export const ICONS = {
  crosshair: 'M8 1v5M8 10v5M1 8h5M10 8h5',
  ruler: 'M2 12.5 12.5 2M1 10.5l3 3.5M11 1l3.5 3M6 10l1 1M8.5 7.5l1 1',
  whole: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4',
  rings: 'M8 3a5 5 0 1 0 0.01 0M8 6.5a1.5 1.5 0 1 0 0.01 0',
  cut: 'M3 13 13 3M3 3h6M3 3v6M8 8l5 5',
} as const;

export type HelpLine = readonly [does: string, pointer: string, key: string];

/** What gestures and keys there are, hidden until its button is pressed. */
export function createHelp(lines: readonly HelpLine[]) {
  const row = (cells: readonly string[], tag: 'td' | 'th'): HTMLElement =>
    element('tr', {}, ...cells.map((cell) => element(tag, {}, cell)));
  const table = element(
    'table',
    {},
    row(['', 'pointer', 'key'], 'th'),
    ...lines.map((line) => row(line, 'td')),
  );
  const help = element('div', { class: 'voxlab-help' }, table);
  const show = (isShown: boolean): void => {
    help.hidden = !isShown;
    button.setAttribute('aria-expanded', String(isShown));
  };
  const toggle = (): void => show(Boolean(help.hidden));
  const button = pressButton('gestures and keys (?)', '?', toggle);
  show(false);
  return { help, button, toggle };
}

export interface Choices<T> {
  readonly root: HTMLElement;
  readonly buttons: readonly HTMLButtonElement[];
  draw(chosen: T): void;
}

/** A button for each, of which one is pressed. */
export function createChoices<T extends string>(
  all: readonly T[],
  titleOf: (one: T) => string,
  choose: (one: T) => void,
): Choices<T> {
  const buttons = all.map((one) => {
    const button = pressButton(titleOf(one), one, () => choose(one));
    button.dataset.choice = one;
    return button;
  });
  return {
    buttons,
    root: element('div', { class: 'voxlab-group' }, ...buttons),
    draw(chosen) {
      for (const button of buttons)
        button.setAttribute('aria-pressed', String(button.dataset.choice === chosen));
    },
  };
}

/** The one after another, around. */
export function after<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length]!;
}

/** A text that stays the same stays selected. */
export function write(into: HTMLElement, text: string): void {
  if (into.textContent !== text) into.textContent = text;
}

/** What has a window, and windows to choose from. */
export interface WithWindow {
  readonly presets: readonly Preset[];
  readonly window: readonly [number, number];
  setWindow(low: number, high: number): void;
}

/** A button for each window, and what the window is; `viewer` says what holds when it is drawn. */
export function createPresets(
  viewer: () => WithWindow,
  titleOf: (preset: Preset) => string,
): { root: HTMLElement; draw: () => void } {
  const text = element('span', {
    ...{ class: 'voxlab-window', title: 'drag with the right button or Shift to change, or Alt + arrows' },
  });
  const root = element('div', { class: 'voxlab-group' }, text);
  let drawn: readonly Preset[] = [];
  const build = (presets: readonly Preset[]): void => {
    const buttons = presets.map((preset, index) => {
      const { name, low, high } = preset;
      const title = `${titleOf(preset)} (${index + 1})`;
      const button = element('button', { type: 'button', title, 'data-preset': name }, name);
      button.addEventListener('click', () => viewer().setWindow(low, high));
      return button;
    });
    root.replaceChildren(...buttons, text);
    drawn = presets;
  };
  const draw = (): void => {
    const { presets, window } = viewer();
    if (presets !== drawn) build(presets);
    const [low, high] = window;
    write(text, `W ${number(high - low)}  L ${number(Math.round((low + high) / 2))}`);
    // A file's window may lie between whole values, which is where the viewer's lies.
    for (const [index, preset] of presets.entries())
      root.children[index]!.setAttribute(
        'aria-pressed',
        String(Math.round(preset.low) === low && Math.round(preset.high) === high),
      );
  };
  draw();
  return { root, draw };
}
