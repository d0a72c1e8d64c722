/** Grey of every int16 value; as a table, so that a slice is drawn in a millisecond. */
const grey = new Uint32Array(65_536);
let greyOf: readonly [number, number] | undefined;

const pixels = document.createElement('canvas');

/** Draws a slice (int16 HU, `columns` wide) with a window into a rectangle. */
export function drawSlice(
  context: CanvasRenderingContext2D,
  hu: Int16Array,
  columns: number,
  window: readonly [number, number],
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): void {
  prepareGrey(window);
  pixels.width = columns;
  pixels.height = hu.length / columns;
  const small = pixels.getContext('2d')!;
  const image = small.createImageData(pixels.width, pixels.height);
  const colors = new Uint32Array(image.data.buffer);
  for (let i = 0; i < colors.length; i++) colors[i] = grey[hu[i]! + 32_768]!;
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(pixels, x, y, width, height);
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
