/** Without Tab, which goes on to what is next in the page. */
export const KEYS = [
  ...'abcdefghijklmnopqrstuvwxyz0123456789',
  ...['d', 'd', 'i', 'i', '0', '0'].values(),
  ...['Enter', 'Shift+Enter', 'Control+Enter', 'Alt+Enter', 'Backspace', 'Delete', 'Escape'],
  ...[
    'ArrowUp',
    'ArrowDown',
    'ArrowLeft',
    'ArrowRight',
    'Home',
    'End',
    'PageUp',
    'PageDown',
    'Space',
    'Shift+Space',
  ],
  ...['Shift+ArrowUp', 'Shift+ArrowDown', 'Shift+m', 'Shift+l', 'Shift+v', 'Shift+o', 'Shift+j', 'Shift+k'],
  ...[
    'Control+a',
    'Control+c',
    'Control+v',
    'Control+x',
    'Control+z',
    'Control+Shift+z',
    'Control+Shift+-',
    'd',
    'd',
  ],
];
/** What would delete, add, cut, turn or run a cell: for further controls of a kind. */
export const SOME_KEYS = [
  'a',
  'b',
  'm',
  'x',
  'v',
  'd',
  'd',
  'Shift+Enter',
  'Alt+Enter',
  'ArrowDown',
  'd',
  'd',
];
export const TARGETS = [
  ...['.voxlab-plane', '.voxlab-row input', '.voxlab-viewer select', '.voxlab-viewer button'],
  ...['.voxlab-slider input', '.voxlab-button button', '.voxlab-select select', '.voxlab-progress button'],
  ...[
    '.voxlab-title',
    '.voxlab-label',
    '.voxlab-readout',
    '.voxlab-text',
    '.voxlab-control output',
    '.jp-RenderedHTML [data-lm-suppress-shortcuts] img',
  ],
];
/** They are no controls: a click focuses what is around them. */
export const CLICKED = new Set(TARGETS.slice(8));
