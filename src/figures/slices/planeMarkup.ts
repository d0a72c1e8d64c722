import { PALETTE } from '../charts/chartSpec.js';
import { coordinate } from '../drawing/markup.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import { pngDataUri } from '../drawing/png.js';
import type { PlaneLetters } from './planeAxes.js';

/** A slice, stretched to its place. */
export function imageMarkup(image: PixelImage, width: number, height: number): string {
  return `<image width="${coordinate(width)}" height="${coordinate(height)}" preserveAspectRatio="none" href="${pngDataUri(image)}"/>`;
}

/** Towards what the edges of a slice of this size lie. */
export function lettersMarkup(
  { left, right, top, bottom }: PlaneLetters,
  width: number,
  height: number,
): string {
  const letter = (text: string, x: number, y: number): string =>
    `<text x="${coordinate(x)}" y="${coordinate(y)}" text-anchor="middle" fill="#ffd54a">${text}</text>`;
  return [
    letter(left, 9, height / 2 + 4),
    letter(right, width - 9, height / 2 + 4),
    letter(top, width / 2, 14),
    letter(bottom, width / 2, height - 5),
  ].join('');
}

/** Orange for nodules, blue for others. */
export function classColor(label: number): string {
  return label === 1 ? PALETTE[5] : PALETTE[4];
}

/** What the colours of rings or frames (`sign`) are, where both classes are there; nothing else. */
export function classLegend(
  classes: readonly number[],
  sign: string,
  placeOf: (at: number, of: number) => readonly [x: number, y: number],
): string {
  const there = [1, 0].filter((label) => classes.some((each) => (each === 1 ? 1 : 0) === label));
  if (there.length < 2) return '';
  return there
    .map((label, at) => {
      const [x, y] = placeOf(at, there.length).map(coordinate);
      return `<text x="${x}" y="${y}" fill="#555"><tspan fill="${classColor(label)}" font-weight="700">${sign}</tspan> ${label === 1 ? 'nodule' : 'other'}</text>`;
    })
    .join('');
}
