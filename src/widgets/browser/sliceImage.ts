import { overlayColors } from '../../figures/overlayColor.js';
import type { StoredSlice } from './sliceStore.js';

/** Grey of every int16 value; as a table, so that a slice is drawn in a millisecond. */
const grey = new Uint32Array(65_536);
let greyOf: readonly [number, number] | undefined;

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
  { window, opacity }: { readonly window: readonly [number, number]; readonly opacity: number | undefined },
  place: Rectangle,
): void {
  prepareGrey(window);
  drawPixels(context, columns, hu.length, place, (colors) => {
    for (let i = 0; i < colors.length; i++) colors[i] = grey[hu[i]! + 32_768]!;
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

function prepareGrey(window: readonly [number, number]): void {
  if (greyOf?.[0] === window[0] && greyOf[1] === window[1]) return;
  greyOf = [window[0], window[1]];
  const [low, high] = window;
  for (let value = 0; value < grey.length; value++) {
    const level = Math.round(255 * Math.min(1, Math.max(0, (value - 32_768 - low) / (high - low))));
    grey[value] = 0xff000000 | (level << 16) | (level << 8) | level; // alpha, blue, green, red: little-endian
  }
}
