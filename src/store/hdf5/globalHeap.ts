import { addressAt, bytesAt, damaged, type Hdf5File } from './hdf5Bytes.js';
import { messagesOf, withKnownHdf5File } from './hdf5File.js';
import { childHeader } from './hdf5Groups.js';

/*
 * Where HDF5 keeps values of variable length: collections of objects, which have no checksum. The library goes round in them
 * for ever where a size is zero, so that they are looked at before it is asked.
 */

/** Of a reference to an object: length (4 bytes), address of the collection (8), number of the object in it (4). */
export const REFERENCE_BYTES = 16;

/** The bytes that a reference stands for. Throws InputError for a collection or an object that is not what its sizes say. */
export type ReadReference = (reference: Buffer) => Buffer;

type Collection = ReadonlyMap<number, Buffer>;

const HEAD = 16;
/** Collections that are kept: rows that follow each other share one. */
const KEPT = 64;

export function globalHeap(file: Hdf5File): ReadReference {
  const kept = new Map<number, Collection>();
  const collectionAt = (offset: number): Collection => {
    const known = kept.get(offset);
    if (known !== undefined) return known;
    if (kept.size >= KEPT) kept.clear();
    const read = readCollection(file, offset);
    kept.set(offset, read);
    return read;
  };
  return (reference) => {
    const length = reference.readUInt32LE(0);
    const offset = addressAt(file, reference, 4);
    // As the library writes nothing at all: no address, whatever the length.
    if (offset === undefined || reference.readBigUInt64LE(4) === 0n) return Buffer.alloc(0);
    const number = reference.readUInt32LE(12);
    const object = collectionAt(offset).get(number);
    if (object === undefined || object.length < length)
      throw damaged(file, offset, 'GCOL', `it has no object ${number} of ${length} bytes`);
    return object.subarray(0, length);
  };
}

function readCollection(file: Hdf5File, offset: number): Collection {
  const head = bytesAt(file, offset, HEAD);
  const refuse = (what: string): never => {
    throw damaged(file, offset, 'GCOL', what);
  };
  if (head.toString('latin1', 0, 4) !== 'GCOL') refuse('its signature is another');
  const size = Number(head.readBigUInt64LE(8));
  if (size < HEAD || offset + size > file.size) refuse(`its size is ${size}`);
  const bytes = bytesAt(file, offset, size);
  const objects = new Map<number, Buffer>();
  for (let at = HEAD; at + HEAD <= size; ) {
    const [number, length] = [bytes.readUInt16LE(at), Number(bytes.readBigUInt64LE(at + 8))];
    // Object 0 is what is free, its head included.
    const whole = number === 0 ? length : HEAD + 8 * Math.ceil(length / 8);
    if (whole < HEAD || at + whole > size) refuse(`object ${number} has ${length} bytes`);
    if (number !== 0) objects.set(number, bytes.subarray(at + HEAD, at + HEAD + length));
    at += whole;
  }
  return objects;
}

const ATTRIBUTE = 0x0c;
/** HDF5's class of values of variable length. */
export const VARIABLE_LENGTH = 9;

/**
 * Looks at what the attributes of the root group and of some datasets refer to, before the library reads them. Throws InputError
 * for what is damaged; of a structure that is not understood nothing is looked at.
 */
export function checkAttributes(path: string, datasets: readonly string[]): void {
  withKnownHdf5File(path, (file) => {
    const read = globalHeap(file);
    for (const header of [file.rootHeader, ...datasets.map((name) => childHeader(file, name))])
      if (header !== undefined) for (const reference of referencesOf(file, header)) read(reference);
  });
}

function referencesOf(file: Hdf5File, header: number): Buffer[] {
  return [...messagesOf(file, header)]
    .filter(({ type, isShared }) => type === ATTRIBUTE && !isShared)
    .flatMap(({ body }) => referencesIn(body));
}

/** References of an attribute's values, of which there are some where its type is of variable length. */
function referencesIn(body: Buffer): Buffer[] {
  const version = body[0]!;
  const [nameBytes, typeBytes, spaceBytes] = [2, 4, 6].map((at) => body.readUInt16LE(at));
  const padded = (bytes: number): number => (version === 1 ? 8 * Math.ceil(bytes / 8) : bytes);
  const typeAt = (version === 3 ? 9 : 8) + padded(nameBytes!);
  if ((body[typeAt]! & 15) !== VARIABLE_LENGTH) return [];
  const values = body.subarray(typeAt + padded(typeBytes!) + padded(spaceBytes!));
  return Array.from({ length: Math.floor(values.length / REFERENCE_BYTES) }, (_, i) =>
    values.subarray(i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES),
  );
}

/** Bytes that are searched at a time. */
const SEARCHED = 2 ** 20;

/**
 * Looks at every collection of a file of which it is not known what refers to them, such as Keras' weights. Throws InputError for
 * one that is damaged.
 */
export function checkHeaps(path: string): void {
  withKnownHdf5File(path, (file) => {
    for (let from = 0; from < file.size; from += SEARCHED) {
      // A signature may lie across two parts.
      const part = bytesAt(file, from, SEARCHED + HEAD);
      for (let at = part.indexOf('GCOL'); at >= 0 && at < SEARCHED; at = part.indexOf('GCOL', at + 1))
        if (isHead(part.subarray(at, at + HEAD))) readCollection(file, from + at);
    }
  });
}

/** Version 1 and three reserved zeros: the four letters alone may stand in any data. */
function isHead(head: Buffer): boolean {
  return head.length === HEAD && head.readUInt32LE(4) === 1;
}
