import { filterName } from './filterNames.js';
import { bytesAt, type Hdf5File, UnknownStructure } from './hdf5Bytes.js';
import { MESSAGE, type Message, messagesOf } from './hdf5File.js';
import { childHeader } from './hdf5Groups.js';
import { type StoredLayout, storedLayout } from './hdf5Layout.js';
import type { ElementType, FilterName } from './rowIndex.js';

/** What the object header of a dataset of numbers says. */
export interface DatasetHeader {
  readonly shape: readonly number[];
  /** Infinity = unlimited. */
  readonly maxShape: readonly number[];
  readonly element: ElementType;
  /** One element, as stored. */
  readonly fillValue: Uint8Array;
  readonly filters: readonly FilterName[];
  readonly layout: StoredLayout;
  /** The messages' bytes: the same bytes, the same dataset. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the header of a dataset of the root group, whose type `readType` understands. Throws InputError for a file cut short,
 * and UnknownStructure.
 */
export function readDatasetHeader(
  file: Hdf5File,
  dataset: string,
  readType: (body: Buffer) => ElementType = numberOf,
): DatasetHeader {
  const header = childHeader(file, dataset);
  if (header === undefined) throw new UnknownStructure('its root group has no such dataset that was found');
  const messages = new Map<number, Message>();
  for (const message of messagesOf(file, header)) messages.set(message.type, message);
  if (messages.has(MESSAGE.externalFiles)) throw new UnknownStructure('its values lie in other files');
  const needed = (type: number, name: string): Message => {
    const message = messages.get(type);
    if (message === undefined || message.isShared)
      throw new UnknownStructure(message === undefined ? `it has no ${name}` : `its ${name} lies elsewhere`);
    return message;
  };
  const element = readType(needed(MESSAGE.datatype, 'datatype').body);
  const filters = messages.has(MESSAGE.filterPipeline)
    ? filtersOf(needed(MESSAGE.filterPipeline, 'filter pipeline').body, element)
    : [];
  return {
    ...extentOf(needed(MESSAGE.dataspace, 'dataspace').body),
    element,
    filters,
    fillValue: fillValueOf(messages, element),
    layout: storedLayout(file, needed(MESSAGE.dataLayout, 'layout')),
    bytes: Buffer.concat([...messages.values()].map(({ body }) => body)),
  };
}

function extentOf(body: Buffer): Pick<DatasetHeader, 'shape' | 'maxShape'> {
  const [version, rank, flags] = [body[0]!, body[1]!, body[2]!];
  const start = version === 1 ? 8 : 4;
  const sizes = (from: number): number[] =>
    Array.from({ length: rank }, (_, axis) => {
      const size = body.readBigUInt64LE(from + 8 * axis);
      return size === 0xffff_ffff_ffff_ffffn ? Number.POSITIVE_INFINITY : Number(size);
    });
  const shape = sizes(start);
  return { shape, maxShape: (flags & 1) !== 0 ? sizes(start + 8 * rank) : shape };
}

const INTEGER = 0;
const FLOAT = 1;
/** Bits of exponent and mantissa of IEEE 754, by bytes. */
const IEEE_BITS: Readonly<Record<number, readonly [number, number]>> = {
  2: [5, 10],
  4: [8, 23],
  8: [11, 52],
};

function numberOf(body: Buffer): ElementType {
  const [typeClass, flags, bytes] = [body[0]! & 15, body[1]!, body.readUInt32LE(4)];
  if (typeClass !== INTEGER && typeClass !== FLOAT)
    throw new UnknownStructure('its values are not plain numbers');
  const bigEndian = (flags & 1) !== 0;
  const isWhole = body.readUInt16LE(8) === 0 && body.readUInt16LE(10) === 8 * bytes;
  if (typeClass === INTEGER && isWhole && [1, 2, 4, 8].includes(bytes))
    return { kind: (flags & 8) !== 0 ? 'int' : 'uint', bytes, bigEndian };
  const [exponent, mantissa] = IEEE_BITS[bytes] ?? [];
  const isVax = (flags & 64) !== 0;
  if (typeClass === FLOAT && isWhole && !isVax && body[13] === exponent && body[15] === mantissa)
    return { kind: 'float', bytes, bigEndian };
  throw new UnknownStructure(`its numbers are of an unusual type of ${bytes} bytes`);
}

/** Zero where none is said. */
function fillValueOf(messages: ReadonlyMap<number, Message>, { bytes }: ElementType): Uint8Array {
  const old = messages.get(MESSAGE.oldFillValue)?.body;
  const body = messages.get(MESSAGE.fillValue)?.body ?? Buffer.alloc(0);
  let value = old?.subarray(4, 4 + old.readUInt32LE(0));
  const isSaid =
    body[0] === 3 ? (body[1]! & 0x20) !== 0 : body.length >= 8 && (body[0] === 1 || body[3] === 1);
  if (isSaid) {
    const at = body[0] === 3 ? 2 : 4;
    value = body.subarray(at + 4, at + 4 + body.readUInt32LE(at));
  }
  if (value === undefined || value.length === 0) return new Uint8Array(bytes);
  if (value.length !== bytes) throw new UnknownStructure('its fill value is of another type');
  return Uint8Array.from(value);
}

const FILTERS: Readonly<Record<number, FilterName>> = {
  1: 'deflate',
  2: 'shuffle',
  3: 'fletcher32',
  32000: 'lzf',
};

function filtersOf(body: Buffer, element: ElementType): FilterName[] {
  const [version, count] = [body[0]!, body[1]!];
  let at = version === 1 ? 8 : 2;
  return Array.from({ length: count }, () => {
    const id = body.readUInt16LE(at);
    // In version 2 the library's own filters have no name.
    const hasName = version === 1 || id >= 256;
    const nameBytes = hasName ? body.readUInt16LE(at + 2) : 0;
    at += hasName ? 4 : 2;
    const values = body.readUInt16LE(at + 2);
    at += 4 + (version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    const name = FILTERS[id];
    if (name === undefined)
      throw new UnknownStructure(`its chunks are filtered by ${filterName({ id, name: '', values: [] })}`);
    if (name === 'shuffle' && values > 0 && body.readUInt32LE(at) !== element.bytes)
      throw new UnknownStructure('its chunks are shuffled by another size than that of a value');
    at += 4 * (version === 1 ? values + (values % 2) : values);
    return name;
  });
}

/** The bytes that a cached index must have been made from: the file's first ones and the dataset's header. */
export function fingerprint(file: Hdf5File, { bytes }: DatasetHeader): Uint8Array {
  return Buffer.concat([bytesAt(file, 0, 64 * 1024), bytes]);
}
