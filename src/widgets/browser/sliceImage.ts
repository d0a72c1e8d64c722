import { differenceColor, NO_DIFFERENCE } from '../../figures/slices/differenceColor.js';
import { overlayColors } from '../../figures/slices/overlayColor.js';
import type { StoredSlice } from './sliceStore.js';
import type { ViewerModel } from './viewerModel.js';

/** Colours of every int16 value; as a table, so that a slice is drawn in a millisecond. */
const grey = new Uint32Array(65_536);
let greyOf: readonly [number, number] | undefined;
const differences = new Uint32Array(65_536);
let differencesOf: number | undefined;

const pixels = document.createElement('canvas');

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The first column at the right. */
  readonly mirrored: boolean;
}

/** Draws a slice, `columns` wide, with a window and what lies over it into a rectangle. */
export function drawSlice(
  context: CanvasRenderingContext2D,
  { hu, overlay }: StoredSlice,
  columns: number,
  { window, opacity, rangeHu }: Pick<ViewerModel, 'window' | 'opacity' | 'rangeHu'>,
  place: Rectangle,
): void {
  const table = rangeHu === undefined ? greyTable(window) : differenceTable(rangeHu);
  drawPixels(context, columns, hu.length, place, (colors) => {
    for (let i = 0; i < colors.length; i++) colors[i] = table[hu[i]! + 32_768]!;
  });
  if (overlay === undefined || !opacity) return;
  const tints = new Uint32Array(overlayColors(opacity).buffer);
  drawPixels(context, columns, hu.length, place, (colors) => {
    for (let i = 0; i < colors.length; i++) colors[i] = tints[overlay[i]!]!;
  });
}

function drawPixels(
  context: CanvasRenderingContext2D,
  columns: number,
  count: number,
  { x, y, width, height, mirrored }: Rectangle,
  paint: (colors: Uint32Array) => void,
): void {
  pixels.width = columns;
  pixels.height = count / columns;
  const small = pixels.getContext('2d')!;
  const image = small.createImageData(pixels.width, pixels.height);
  paint(new Uint32Array(image.data.buffer));
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.save();
  if (mirrored) {
    context.translate(2 * x + width, 0);
    context.scale(-1, 1);
  }
  context.drawImage(pixels, x, y, width, height);
  context.restore();
}

function greyTable(window: readonly [number, number]): Uint32Array {
  if (greyOf?.[0] === window[0] && greyOf[1] === window[1]) return grey;
  greyOf = [window[0], window[1]];
  const [low, high] = window;
  for (let value = 0; value < grey.length; value++) {
    const level = Math.round(255 * Math.min(1, Math.max(0, (value - 32_768 - low) / (high - low))));
    grey[value] = packed([level, level, level]);
  }
  return grey;
}

function differenceTable(rangeHu: number): Uint32Array {
  if (differencesOf === rangeHu) return differences;
  differencesOf = rangeHu;
  for (let value = 0; value < differences.length; value++)
    differences[value] = packed(differenceColor((value - 32_768) / rangeHu));
  differences[NO_DIFFERENCE + 32_768] = packed([0, 0, 0]);
  return differences;
}

/** Alpha, blue, green, red: little-endian. */
function packed([red, green, blue]: readonly [number, number, number]): number {
  return 0xff000000 | (blue << 16) | (green << 8) | red;
}
