import { InputError } from '../../errors.js';
import { isBreak, type Metadata, reasonOf } from './h5.js';
import type { Dataset } from './h5Reader.js';

/** What a dataset says of itself. */
export interface DatasetDescription {
  /** Null for a dataset without a place for values (h5py: Empty). */
  readonly shape: readonly number[] | null;
  /** As numpy names it: `int16`, `float64`, `bool`, `string`. */
  readonly dtype: string;
  /** Null = contiguous. */
  readonly chunks: readonly number[] | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An attribute that the library cannot read is no failure of the dataset: it is described by the reason. */
export function descriptionOf(dataset: Dataset): DatasetDescription {
  return {
    shape: dataset.shape,
    dtype: dtypeName(dataset.metadata),
    chunks: dataset.metadata.chunks,
    attributes: Object.fromEntries(
      Object.keys(dataset.attrs).map((name) => [name, attributeOf(dataset, name)]),
    ),
  };
}

/** HDF5's classes of types that are neither numbers nor strings. */
const CLASSES: Readonly<Record<number, string>> = {
  2: 'time',
  4: 'bit field',
  5: 'opaque',
  6: 'compound',
  7: 'reference',
  8: 'enum',
  9: 'variable length',
  10: 'array',
};

/** As numpy names a type. */
export function dtypeName(metadata: Metadata): string {
  const { type, size, signed, littleEndian } = metadata;
  const order = littleEndian || size === 1 ? '' : 'big-endian ';
  if (type === 0) return `${order}${signed ? '' : 'u'}int${8 * size}`;
  if (type === 1) return `${order}float${8 * size}`;
  if (isBool(metadata)) return 'bool';
  return type === 3 ? 'string' : (CLASSES[type] ?? `class ${type}`);
}

/** h5py's form of numpy's bool: an enumeration of one byte, FALSE = 0 and TRUE = 1. */
export function isBool({ type, size, enum_type: names }: Metadata): boolean {
  if (type !== 8 || size !== 1 || names?.nmembers !== 2) return false;
  return names.members.FALSE === 0 && names.members.TRUE === 1;
}

/** For messages: `7 x 60`. */
export function shapeName(shape: readonly number[] | null): string {
  if (shape === null) return 'no values';
  return shape.length === 0 ? 'one value' : shape.join(' x ');
}

/** The library knows neither 16-bit nor 128-bit floats. */
function attributeOf({ attrs }: Dataset, name: string): unknown {
  try {
    return plain(attrs[name]!.value);
  } catch (error) {
    // Then it reads nothing else of the file either.
    if (isBreak(error) || error instanceof InputError) throw error;
    return `not read: ${reasonOf(error)}`;
  }
}

/** Without typed arrays and 64-bit integers, which JSON does not know. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  if (Array.isArray(value)) return value.map(plain);
  // References: where they lead to is of no use outside the library.
  return typeof value === 'object' && value !== null ? 'reference' : value;
}
