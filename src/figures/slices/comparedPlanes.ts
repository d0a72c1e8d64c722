import type { Vector3, Volume } from '../../volumes/voxels/volume.js';
import { coordinate, escaped, lettersIn, titleLines, titleText } from '../drawing/markup.js';
import { type Picture, picture, type WindowHu } from '../drawing/picture.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import { pngDataUri } from '../drawing/png.js';
import { differenceImage, differenceSlice } from './differenceSlice.js';
import type { PlaneName } from './planeAxes.js';
import { slicePlane } from './slicePlane.js';

/** What two volumes are compared by. */
export interface ComparedPlanes {
  readonly title: string;
  readonly names: readonly [string, string];
  readonly plane: PlaneName;
  readonly throughWorldMm: Vector3;
  readonly window: WindowHu;
  readonly rangeHu: number;
}

const GAP = 12;
/** The three together are at least so wide. */
const WIDTH = 960;

/** One plane of two volumes, and their difference (second minus first, HU) on the first one's grid. */
export function comparedPlanes(first: Volume, second: Volume, compared: ComparedPlanes): Picture {
  const { title, names, plane, throughWorldMm, window, rangeHu } = compared;
  return picture(title, () => {
    const [one, other] = [first, second].map((of) => slicePlane(of, plane, throughWorldMm, window)) as [
      ReturnType<typeof slicePlane>,
      ReturnType<typeof slicePlane>,
    ];
    const difference = differenceSlice(first, second, one.axes, one.level);
    const perMm = (WIDTH - 4 * GAP) / (2 * one.widthMm + other.widthMm);
    const lines = titleLines(title, lettersIn(WIDTH));
    const head = 12 + 18 * lines.length;
    const height = head + Math.max(one.heightMm, other.heightMm) * perMm + 40;
    const { letters } = one;
    let x = GAP;
    const column = (image: PixelImage, name: string, { widthMm, heightMm }: typeof one): string => {
      const [wide, high] = [widthMm * perMm, heightMm * perMm];
      const letter = (text: string, dx: number, dy: number): string =>
        `<text x="${coordinate(dx)}" y="${coordinate(dy)}" text-anchor="middle" fill="#ffd54a">${text}</text>`;
      const drawn = `<g transform="translate(${coordinate(x)} ${head})"><image width="${coordinate(wide)}" height="${coordinate(high)}" preserveAspectRatio="none" href="${pngDataUri(image)}"/>${letter(letters.left, 9, high / 2 + 4)}${letter(letters.right, wide - 9, high / 2 + 4)}${letter(letters.top, wide / 2, 14)}${letter(letters.bottom, wide / 2, high - 5)}<text y="${coordinate(high + 17)}" fill="#333">${escaped(name)}</text></g>`;
      x += wide + GAP;
      return drawn;
    };
    const said = `${names[1]} − ${names[0]}, HU: blue −${rangeHu}, orange +${rangeHu}`;
    const columns = [
      column(one.image, names[0], one),
      column(other.image, names[1], other),
      column(differenceImage(difference, one.image.width, rangeHu), said, one),
    ];
    const at = throughWorldMm.map((mm) => mm.toFixed(1));
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${coordinate(height)}" width="${WIDTH}" height="${coordinate(height)}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${titleText(lines, GAP, 20)}${columns.join('')}<text x="${GAP}" y="${coordinate(height - 6)}" fill="#777">${plane} through ${at.join(', ')} mm</text></svg>`;
  });
}
