import type { Point } from './drawing.js';

/** Lines that are drawn without lifting the pen, in pixels; letters stand on y = 0. */
export type Strokes = readonly (readonly Point[])[];

/** Units of a letter's grid from the line it stands on up to the top of a capital. */
const CAPITAL = 6;
/** Height of a capital, as a share of the size of the text. */
const CAPITAL_SHARE = 0.7;
const BETWEEN = 1.9;
const BLANK = 2.2;

/**
 * Letters on a grid of 5 by 9 points: strokes between bars, points as x and y, y = 0 at the top of capitals, 6 on the line, 8 at
 * the foot of a p.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '06 20 46|14 34',
  B: '06 00 30 41 42 33 03|33 44 45 36 06',
  C: '41 30 10 01 05 16 36 45',
  D: '06 00 20 42 44 26 06',
  E: '40 00 06 46|03 33',
  F: '40 00 06|03 33',
  G: '41 30 10 01 05 16 36 45 43 23',
  H: '00 06|40 46|03 43',
  I: '00 06',
  J: '30 35 26 16 05',
  K: '00 06|40 03 46',
  L: '00 06 36',
  M: '06 00 23 40 46',
  N: '06 00 46 40',
  O: '10 01 05 16 36 45 41 30 10',
  P: '06 00 30 41 42 33 03',
  Q: '10 01 05 16 36 45 41 30 10|34 47',
  R: '06 00 30 41 42 33 03|23 46',
  S: '41 30 10 01 02 13 33 44 45 36 16 05',
  T: '00 40|20 26',
  U: '00 05 16 36 45 40',
  V: '00 26 40',
  W: '00 16 22 36 40',
  X: '00 46|40 06',
  Y: '00 23 40|23 26',
  Z: '00 40 06 46',
  a: '12 32 43 46|44 14 05 16 36 45',
  b: '00 06|03 12 32 43 45 36 16 05',
  c: '43 32 12 03 05 16 36 45',
  d: '40 46|43 32 12 03 05 16 36 45',
  e: '04 44 43 32 12 03 05 16 36 45',
  f: '30 20 11 16|02 32',
  g: '42 47 38 18 07|43 32 12 03 05 16 36 45',
  h: '00 06|03 12 32 43 46',
  i: '02 06|00 00',
  j: '12 17 08|10 10',
  k: '00 06|32 04 36',
  l: '00 05 16',
  m: '06 02|03 12 23 26|23 32 43 46',
  n: '06 02|03 12 32 43 46',
  o: '12 03 05 16 36 45 43 32 12',
  p: '02 08|03 12 32 43 45 36 16 05',
  q: '42 48|43 32 12 03 05 16 36 45',
  r: '06 02|04 12 32',
  s: '42 12 03 14 34 45 36 06',
  t: '10 15 26 36|02 32',
  u: '02 05 16 36 45|42 46',
  v: '02 26 42',
  w: '02 16 23 36 42',
  x: '02 46|42 06',
  y: '02 26|42 18',
  z: '02 42 06 46',
  '0': '10 01 05 16 36 45 41 30 10|14 32',
  '1': '02 20 26',
  '2': '01 10 30 41 42 06 46',
  '3': '00 40 22 32 43 45 36 16 05',
  '4': '36 30 04 44',
  '5': '40 00 02 32 43 45 36 16 05',
  '6': '40 20 02 05 16 36 45 44 33 13 04',
  '7': '00 40 16',
  '8': '10 01 02 13 33 44 45 36 16 05 04 13|33 42 41 30 10',
  '9': '06 26 44 41 30 10 01 02 13 33 42',
  '.': '05 06',
  ',': '05 07',
  ':': '02 03|05 06',
  ';': '02 03|05 07',
  '!': '00 04|06 06',
  '?': '01 10 30 41 42 23 24|26 26',
  "'": '00 02',
  '"': '00 02|20 22',
  '-': '04 34',
  '–': '04 44',
  '+': '04 44|22 26',
  '=': '03 43|05 45',
  '/': '07 30',
  '\\': '00 37',
  '|': '00 08',
  _: '07 47',
  '(': '20 02 05 27',
  ')': '00 22 25 07',
  '[': '20 00 07 27',
  ']': '00 20 27 07',
  '{': '20 11 12 04 15 16 27',
  '}': '00 11 12 24 15 16 07',
  '<': '41 04 47',
  '>': '01 44 07',
  '%': '01 10 21 12 01|40 06|25 34 45 36 25',
  '*': '22 26|03 45|43 05',
  '#': '11 06|41 36|12 42|04 44',
  '&': '46 12 11 20 31 32 04 05 16 26 44',
  '@': '35 25 14 23 33 35 44 42 31 11 02 05 16 36',
  '^': '02 20 42',
  '~': '04 13 34 43',
  $: '41 30 10 01 02 13 33 44 45 36 16 05|20 27',
  '`': '00 11',
  '°': '10 01 12 21 10',
  '·': '04 04',
  '²': '00 10 11 03 13',
  '³': '00 10 11 12 02',
  '×': '02 46|42 06',
};

/** Width of a text, in pixels. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const letter of lettersOf(text)) width += advanceOf(letter);
  return Math.max(0, width - BETWEEN) * unit(size);
}

/** A text that is cut with an ellipsis where it is wider than `width`, in pixels. */
export function fitting(text: string, size: number, width: number): string {
  if (widthOf(text, size) <= width) return text;
  const letters = [...text];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(`${letters.slice(0, middle).join('')}...`, size) <= width) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join('')}...`;
}

/** The strokes of a text that begins at x = 0. Letters with marks are drawn without them, letters that it does not have as `?`. */
export function strokesOf(text: string, size: number): Strokes {
  const scale = unit(size);
  const strokes: Point[][] = [];
  let left = 0;
  for (const letter of lettersOf(text)) {
    for (const stroke of partsOf(letter))
      strokes.push(stroke.map(([x, y]) => [(left + x) * scale, (y - CAPITAL) * scale]));
    left += advanceOf(letter);
  }
  return strokes;
}

function lettersOf(text: string): string[] {
  return [...text.normalize('NFD').replace(/\p{M}/gu, '')];
}

function unit(size: number): number {
  return (size * CAPITAL_SHARE) / CAPITAL;
}

function partsOf(letter: string): readonly (readonly Point[])[] {
  if (/\s/.test(letter)) return [];
  const glyph = GLYPHS[letter] ?? GLYPHS['?']!;
  return glyph
    .split('|')
    .map((stroke) => stroke.split(' ').map((at) => [Number(at[0]), Number(at[1])] as const));
}

function advanceOf(letter: string): number {
  const parts = partsOf(letter).flat();
  return parts.length === 0 ? BLANK + BETWEEN : Math.max(...parts.map(([x]) => x)) + BETWEEN;
}
