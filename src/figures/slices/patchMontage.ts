import type { Vector3 } from '../../volumes/voxels/volume.js';
import { escaped, lettersIn, standaloneSvg, titleLines, titleText } from '../drawing/markup.js';
import { greyOf, type Picture, picture, WINDOWS, type WindowHu } from '../drawing/picture.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import { pngDataUri } from '../drawing/png.js';
import { checkedOverlay, type Overlay, overlayImage } from './overlaySlice.js';
import { classColor, classLegend } from './planeMarkup.js';

/** A patch to be shown by its middle slice. */
export interface MontagePatch {
  /** Hounsfield units, z, y, x. */
  readonly dataHu: Int16Array;
  /** 1 nodule, 0 not: the colour of the frame. */
  readonly class: number;
  readonly caption?: string;
  /** Drawn in colour over the slice: such as the map of an Explanation. On the patch's own voxels. */
  readonly overlay?: Overlay;
}

/** How the patches are laid out and drawn. */
export interface MontageOptions {
  readonly columns?: number;
  readonly window?: WindowHu;
  /** Edge of a patch in the picture, in pixels. */
  readonly edge?: number;
  /** Slice that is shown; default: the middle one, where the candidate lies. */
  readonly slice?: number;
}

const GAP = 8;
const CAPTION = 16;
const LEGEND = 16;
/** Of a picture with a long title. */
const LEAST_WIDTH = 420;

/**
 * Patches side by side; nodules have an orange frame, others a blue one. Throws RangeError, when it is drawn, for an overlay of another size than the patches.
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * const dataHu = new Int16Array(patches.voxelsPerRow);
 * await patches.readRows([0], dataHu);
 * display(patchMontage('The first row', [{ dataHu, class: patches.labels().classes[0] }], patches.format));
 * patches.close();
 */
export function patchMontage(
  title: string,
  patches: readonly MontagePatch[],
  { dim, slices }: { readonly dim: number; readonly slices: number },
  options: MontageOptions = {},
): Picture {
  const { columns = 8, window = WINDOWS.lung, edge = 96, slice = Math.floor(slices / 2) } = options;
  return picture(title, () => {
    const width = GAP + Math.min(columns, Math.max(1, patches.length)) * (edge + GAP);
    const lines = titleLines(title, lettersIn(Math.max(width, LEAST_WIDTH) - 2 * GAP));
    const above = 12 + 18 * lines.length;
    const classes = patches.map((patch) => patch.class);
    const legend = classLegend(classes, '□', (at) => [GAP + 90 * at, above + LEGEND - 10]);
    const head = above + (legend === '' ? 0 : LEGEND);
    const captions = patches.some(({ caption }) => caption !== undefined) ? CAPTION : 0;
    const cells = patches.map((patch, index) => {
      const x = GAP + (index % columns) * (edge + GAP);
      const y = head + Math.floor(index / columns) * (edge + GAP + captions);
      const pixels = patch.dataHu.subarray(slice * dim * dim, (slice + 1) * dim * dim);
      const image = { width: dim, height: dim, data: Uint8Array.from(pixels, (hu) => greyOf(hu, window)) };
      const images = [image, ...overlaysOf(patch, [dim, dim, slices], slice)].map(
        (each) =>
          `<image width="${edge}" height="${edge}" href="${pngDataUri(each)}" style="image-rendering:pixelated"/>`,
      );
      return `<g transform="translate(${x} ${y})">${images.join('')}<rect width="${edge}" height="${edge}" fill="none" stroke="${classColor(patch.class)}" stroke-width="2"/>${patch.caption === undefined ? '' : `<text x="0" y="${edge + 13}" fill="#333">${escaped(patch.caption)}</text>`}</g>`;
    });
    const height = head + Math.ceil(patches.length / columns) * (edge + GAP + captions);
    const full = Math.max(
      width,
      Math.min(LEAST_WIDTH, 2 * GAP + 8.2 * Math.max(...lines.map((line) => line.length))),
    );
    const content = titleText(lines, GAP, 20) + legend + cells.join('');
    return standaloneSvg(title, full, height, content, 11);
  });
}

/** The overlay's own slice, where there is one. */
function overlaysOf({ overlay }: MontagePatch, size: Vector3, slice: number): PixelImage[] {
  if (overlay === undefined) return [];
  const { volume, opacity } = checkedOverlay(overlay);
  if (volume.size.join() !== size.join())
    throw new RangeError(
      `Expected an overlay of the patch's ${size.join(' x ')} voxels, received ${volume.size.join(' x ')}`,
    );
  const pixels = size[0] * size[1];
  const shares = volume.data.subarray(slice * pixels, (slice + 1) * pixels);
  // No number becomes 0.
  const values = Uint8Array.from(shares, (share) => Math.round(255 * Math.min(1, Math.max(0, share))));
  return [overlayImage(values, size[0], opacity)];
}
