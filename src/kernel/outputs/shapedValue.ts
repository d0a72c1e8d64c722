import { types } from 'node:util';
import { IDENTITY_DIRECTION } from '../../volumes/voxels/geometry.js';
import type { Volume } from '../../volumes/voxels/volume.js';
import { ownValue } from './boundedKeys.js';

/** Numbers with a shape: a tensor of TensorFlow.js, or values beside their shape as readers of HDF5 give them. */
export interface ShapedValues {
  /** `Tensor float32 [2, 32, 32, 1]`. */
  readonly title: string;
  readonly shape: readonly number[];
  readonly isTensor: boolean;
  /** Takes them from their device; undefined where they are no numbers. */
  readonly values: () => NumberArray | undefined;
}

export type NumberArray = Exclude<NodeJS.TypedArray, BigInt64Array | BigUint64Array>;

/** A scan, or a row of a patch file, by its fields; undefined for what is none. Calls no getter. */
export function volumeOf(value: object): Volume | undefined {
  if (types.isProxy(value)) return undefined;
  const patch = patchOf(value);
  const own = (key: string): unknown => patch?.[key] ?? ownValue(value, key);
  const [data, size, spacingMm] = [own('data'), own('size'), own('spacingMm')];
  if (!isNumberArray(data) || !areNumbers(size, 3) || !areNumbers(spacingMm, 3)) return undefined;
  if (size[0]! * size[1]! * size[2]! !== data.length || !spacingMm.every((mm) => mm > 0)) return undefined;
  const [originMm, direction] = [own('originMm'), own('direction')];
  return {
    data,
    size,
    spacingMm,
    originMm: areNumbers(originMm, 3) ? originMm : [0, 0, 0],
    direction: areNumbers(direction, 9) ? direction : IDENTITY_DIRECTION,
  } as unknown as Volume;
}

/** A row of a patch file as the fields of a volume. */
function patchOf(value: object): Record<string, unknown> | undefined {
  const [data, format] = [ownValue(value, 'dataHu'), ownValue(value, 'format')];
  if (typeof format !== 'object' || format === null || types.isProxy(format)) return undefined;
  const [dim, slices] = [ownValue(format, 'dim'), ownValue(format, 'slices')];
  return { data, size: [dim, dim, slices], spacingMm: ownValue(format, 'spacingMm') };
}

/** Undefined for what is none. Calls no getter. */
export function shapedValuesOf(value: object): ShapedValues | undefined {
  if (types.isProxy(value)) return undefined;
  const shape = ownValue(value, 'shape');
  if (!areNumbers(shape) || !shape.every((length) => Number.isInteger(length) && length >= 0))
    return undefined;
  const dtype = ownValue(value, 'dtype');
  const { dataSync } = value as { dataSync?: () => unknown };
  const described = `[${shape.join(', ')}]`;
  if (typeof dtype === 'string' && typeof dataSync === 'function')
    return {
      title: `Tensor ${dtype} ${described}`,
      shape,
      isTensor: true,
      values: () => numbersOnly(dataSync.call(value)),
    };
  const data = ownValue(value, 'data');
  if (!isNumberArray(data) || product(shape) !== data.length) return undefined;
  return { title: `${data.constructor.name} ${described}`, shape, isTensor: false, values: () => data };
}

export function product(shape: readonly number[]): number {
  return shape.reduce((all, length) => all * length, 1);
}

function numbersOnly(values: unknown): NumberArray | undefined {
  return isNumberArray(values) ? values : undefined;
}

function isNumberArray(value: unknown): value is NumberArray {
  return types.isTypedArray(value) && !types.isBigInt64Array(value) && !types.isBigUint64Array(value);
}

function areNumbers(value: unknown, length?: number): value is readonly number[] {
  if (!Array.isArray(value) || types.isProxy(value) || value.length > 32) return false;
  return (
    (length === undefined || value.length === length) &&
    value.every((item) => typeof item === 'number' && Number.isFinite(item))
  );
}
