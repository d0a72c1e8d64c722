import { escaped } from '../../figures/drawing/markup.js';
import { WINDOWS, type WindowHu } from '../../figures/drawing/picture.js';
import { encodePng } from '../../figures/drawing/png.js';
import { threePlanes } from '../../figures/slices/threePlanes.js';
import { IDENTITY_DIRECTION, voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../../volumes/voxels/volume.js';
import { LOOKED_AT, statisticsOf, statisticsText } from './arraySummary.js';
import { boundedKeys } from './boundedKeys.js';
import { type NumberArray, product, type ShapedValues, shapedValuesOf, volumeOf } from './shapedValue.js';
import { cellOfValue, SHOWN_ROWS, sortableTable } from './sortableTable.js';
import { textOf } from './valueText.js';

/** Pixels of a plane that is drawn without being asked for: encoding more takes longer than a glance should. */
const MOST_PIXELS = 2 ** 20;
/** Values of a tensor that are fetched from their device in order to be shown. */
const MOST_FETCHED = 2 ** 24;
/** Edge of the picture of a tensor, in pixels of the screen. */
const EDGE = 256;
/** A tensor with smaller sides is no picture. */
const LEAST_SIDE = 8;
/** A tensor of two axes with more columns is a picture. */
const MOST_COLUMNS = 12;

/**
 * A scan, a patch or a tensor: its shape, spacing and values in words, with a picture below. Undefined for all that is no grid of
 * numbers.
 */
export function gridForm(value: object): Record<string, unknown> | undefined {
  const volume = volumeOf(value);
  if (volume !== undefined)
    return form(`${volumeText(volume)}${restText(value, VOLUME)}`, volumePicture(volume));
  const shaped = shapedValuesOf(value);
  if (shaped === undefined) return undefined;
  const { text, values } = tensorText(shaped);
  const rest = shaped.isTensor ? '' : restText(value, SHAPED);
  return form(
    `${text}${rest}`,
    values && (matrixTable(values, shaped.shape) ?? slicePicture(values, shaped.shape)),
  );
}

/** Fields that the words have said. */
const VOLUME = new Set(['data', 'size', 'spacingMm', 'originMm', 'direction', 'dataHu']);
const SHAPED = new Set(['data', 'shape']);

/** What else the object holds. */
function restText(value: object, said: ReadonlySet<string>): string {
  const { keys } = boundedKeys(value);
  const rest = Object.create(null) as object;
  for (const key of keys)
    if (typeof key === 'symbol' || !said.has(key))
      Object.defineProperty(rest, key, Object.getOwnPropertyDescriptor(value, key)!);
  return Object.keys(rest).length === 0 ? '' : `\n${textOf(rest).replace('[Object: null prototype] ', '')}`;
}

function form(text: string, markup: string | undefined): Record<string, unknown> {
  if (markup === undefined) return { 'text/plain': text };
  return {
    'text/html': `<div><pre style="white-space: pre-wrap">${escaped(text)}</pre>${markup}</div>`,
    'text/plain': text,
  };
}

function volumeText(volume: Volume): string {
  const { data, size, spacingMm, originMm, direction } = volume;
  const turned = direction.some((entry, at) => Math.abs(entry - IDENTITY_DIRECTION[at]!) > 1e-6);
  return [
    `Volume ${size.join(' x ')} voxels (x, y, z), spacing ${list(spacingMm)} mm, origin ${list(originMm)} mm${turned ? `, direction [${list(direction)}]` : ''}`,
    `${data.constructor.name}(${data.length}), ${(data.byteLength / 1e6).toFixed(1)} MB: ${statisticsText(data)}`,
  ].join('\n');
}

function list(numbers: readonly number[]): string {
  return numbers.map((value) => Number(value.toFixed(4))).join(', ');
}

/** The three planes through the middle; Hounsfield units of a chest as lungs are looked at, other values from least to greatest. */
function volumePicture(volume: Volume): string | undefined {
  const { size } = volume;
  if (size.some((length) => length < 2)) return undefined;
  if (Math.max(size[0] * size[1], size[0] * size[2], size[1] * size[2]) > MOST_PIXELS) return undefined;
  const window = windowOf(volume.data);
  const middle = size.map((length) => (length - 1) / 2) as unknown as Vector3;
  const edgeMm = Math.max(...size.map((length, axis) => length * volume.spacingMm[axis]!));
  const title = `middle planes, ${number(window.low)} (black) to ${number(window.high)} (white)`;
  try {
    const pixelsPerMm = Math.min(4, EDGE / edgeMm);
    return threePlanes(volume, voxelToWorld(volume, middle), { window, title, pixelsPerMm }).svg();
  } catch {
    return undefined; // a geometry that no plane can be laid through: the words say all there is
  }
}

/** Air is -1000 HU: what goes as low and no lower than scanners do is a CT. */
function windowOf(data: NumberArray): WindowHu {
  const { min, max } = statisticsOf(data, { left: LOOKED_AT / 4 });
  const [low, high] = [Number(min ?? 0), Number(max ?? 1)];
  if (low <= -500 && low >= -4096 && high > -500) return WINDOWS.lung;
  return { low, high: high > low ? high : low + 1 };
}

function tensorText(shaped: ShapedValues): { text: string; values?: NumberArray } {
  const count = product(shaped.shape);
  if (count > MOST_FETCHED)
    return { text: `${shaped.title}, ${count} values, too many to be fetched for a look: slice() it first` };
  try {
    const values = shaped.values();
    if (values === undefined) return { text: shaped.title };
    const few =
      count <= 20
        ? `\n${textOf(rowsOf(values, shaped.shape))}`
        : `, ${count} values: ${statisticsText(values)}`;
    return { text: `${shaped.title}${few}`, values };
  } catch (error) {
    return { text: `${shaped.title}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Few values as lists of lists, as their shape is. */
function rowsOf(values: ArrayLike<number>, shape: readonly number[]): unknown[] {
  let items: unknown[] = Array.from(values);
  for (const length of shape.slice(1).reverse())
    items = Array.from({ length: length === 0 ? 0 : items.length / length }, (_, row) =>
      items.slice(row * length, (row + 1) * length),
    );
  return items;
}

/** Two axes of which the second is short: the first rows as a table. */
function matrixTable(values: NumberArray, shape: readonly number[]): string | undefined {
  const [rows, columns, ...more] = shape;
  if (rows === undefined || columns === undefined || more.length > 0) return undefined;
  if (rows === 0 || columns === 0 || columns > MOST_COLUMNS) return undefined;
  const lines = Array.from({ length: Math.min(rows, SHOWN_ROWS) }, (_, row) => ({
    heading: String(row),
    cells: Array.from({ length: columns }, (_, column) => cellOfValue(values[row * columns + column])),
  }));
  return sortableTable({
    columns: Array.from({ length: columns }, (_, column) => String(column)),
    lines,
    rows,
  });
}

/** The middle slice of the first item: the last two axes but one of channels are rows and columns. */
function slicePicture(values: NumberArray, shape: readonly number[]): string | undefined {
  const axes = shape.at(-1)! <= 4 && shape.length > 2 ? shape.slice(0, -1) : shape;
  const channels = axes === shape ? 1 : shape.at(-1)!;
  const [height, width] = axes.slice(-2);
  if (height === undefined || width === undefined || Math.min(height, width) < LEAST_SIDE) return undefined;
  if (height * width > MOST_PIXELS) return undefined;
  const slices = axes.length > 2 ? axes.at(-3)! : 1;
  const from = Math.floor(slices / 2) * height * width * channels;
  const window = windowOf(values);
  const data = new Uint8Array(height * width);
  for (let pixel = 0; pixel < data.length; pixel++) {
    const gray = 255 * ((values[from + pixel * channels]! - window.low) / (window.high - window.low));
    data[pixel] = Math.max(0, Math.min(255, gray));
  }
  const scale = EDGE / Math.max(width, height);
  const title = `${slices > 1 ? `slice ${Math.floor(slices / 2)}, ` : ''}${number(window.low)} (black) to ${number(window.high)} (white)`;
  const source = `data:image/png;base64,${encodePng({ width, height, data }).toString('base64')}`;
  return `<img src="${source}" alt="${title}" title="${title}" width="${Math.round(width * scale)}" height="${Math.round(height * scale)}" style="image-rendering: pixelated"><div>${title}</div>`;
}

function number(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
