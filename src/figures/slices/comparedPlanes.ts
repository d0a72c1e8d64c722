import type { Vector3, Volume } from '../../volumes/voxels/volume.js';
import { coordinate, escaped, lettersIn, standaloneSvg, titleLines, titleText } from '../drawing/markup.js';
import { type Picture, picture, type WindowHu } from '../drawing/picture.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import { differenceImage, differenceSlice } from './differenceSlice.js';
import type { PlaneName } from './planeAxes.js';
import { imageMarkup, lettersMarkup } from './planeMarkup.js';
import { type SlicePlane, slicePlane } from './slicePlane.js';

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
    const planeOf = (volume: Volume): SlicePlane => slicePlane(volume, plane, throughWorldMm, window);
    const [one, other] = [planeOf(first), planeOf(second)];
    const difference = differenceSlice(first, second, one.axes, one.level);
    const perMm = (WIDTH - 4 * GAP) / (2 * one.widthMm + other.widthMm);
    const lines = titleLines(title, lettersIn(WIDTH));
    const head = 12 + 18 * lines.length;
    const height = head + Math.max(one.heightMm, other.heightMm) * perMm + 40;
    let x = GAP;
    const column = (image: PixelImage, name: string, { widthMm, heightMm }: SlicePlane): string => {
      const [wide, high] = [widthMm * perMm, heightMm * perMm];
      const drawn = `<g transform="translate(${coordinate(x)} ${head})">${imageMarkup(image, wide, high)}${lettersMarkup(one.letters, wide, high)}<text y="${coordinate(high + 17)}" fill="#333">${escaped(name)}</text></g>`;
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
    const place = `<text x="${GAP}" y="${coordinate(height - 6)}" fill="#777">${plane} through ${at.join(', ')} mm</text>`;
    return standaloneSvg(title, WIDTH, height, titleText(lines, GAP, 20) + columns.join('') + place);
  });
}
