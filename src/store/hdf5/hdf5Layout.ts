import { InputError } from '../../errors.js';
import { addressAt, type Hdf5File, UnknownStructure } from './hdf5Bytes.js';
import { MESSAGE, type Message, messagesOf, withKnownHdf5File } from './hdf5File.js';
import { childHeader } from './hdf5Groups.js';

/** Where a dataset's bytes lie; undefined for a layout that is not one piece, or that this file does not know. */
export interface ContiguousLayout {
  readonly offset: number;
  readonly bytes: number;
}

/** How HDF5 finds the chunks of a dataset, with what the layout message says of it. */
export type ChunkIndexPlace =
  | { readonly kind: 'b-tree 1' | 'implicit' | 'fixed array' | 'extensible array' | 'b-tree 2' }
  /** `bytes` and `mask` of the only chunk, where it is filtered. */
  | { readonly kind: 'single'; readonly bytes?: number; readonly mask?: number };

/** Where a dataset's values lie, as its layout message says. */
export type StoredLayout =
  /** Nothing is stored: every value is the fill value. */
  | { readonly kind: 'unwritten' }
  | ({ readonly kind: 'contiguous' | 'compact' } & ContiguousLayout)
  | {
      readonly kind: 'chunked';
      /** Values a chunk along each axis. */
      readonly chunk: readonly number[];
      readonly index: ChunkIndexPlace;
      readonly indexOffset: number;
    };

/** Looks a dataset of the root group up. Throws InputError for a file that is no HDF5 file, or cut short. */
export function findContiguous(path: string, dataset: string): ContiguousLayout | undefined {
  return withKnownHdf5File(path, (file) => {
    const header = childHeader(file, dataset);
    if (header === undefined) return undefined;
    for (const message of messagesOf(file, header)) {
      if (message.type !== MESSAGE.dataLayout) continue;
      const layout = storedLayout(file, message);
      return layout.kind === 'contiguous' ? { offset: layout.offset, bytes: layout.bytes } : undefined;
    }
    return undefined;
  });
}

/** Signature and length, before the library sees the file: its own message for a bad file names nothing. Throws InputError. */
export function checkHdf5File(path: string): void {
  withKnownHdf5File(path, () => undefined);
}

/** Parses a layout message of version 3 or 4. Throws UnknownStructure, and InputError where the file ends before the values. */
export function storedLayout(file: Hdf5File, { body, offset }: Message): StoredLayout {
  const [version, layoutClass] = [body[0]!, body[1]!];
  if (version !== 3 && version !== 4) throw new UnknownStructure(`its layout is of version ${version}`);
  switch (layoutClass) {
    case 0:
      return { kind: 'compact', offset: offset + 4, bytes: body.readUInt16LE(2) };
    case 1:
      return contiguousAt(file, addressAt(file, body, 2), Number(body.readBigUInt64LE(10)));
    case 2:
      return version === 3 ? chunkedOfVersion3(file, body) : chunkedOfVersion4(file, body);
    default:
      throw new UnknownStructure(
        layoutClass === 3 ? 'it is a virtual dataset' : `its layout is ${layoutClass}`,
      );
  }
}

function contiguousAt(file: Hdf5File, offset: number | undefined, bytes: number): StoredLayout {
  if (offset === undefined) return { kind: 'unwritten' };
  if (offset + bytes > file.size)
    throw new InputError(
      file.path,
      `the file is cut short: expected voxels up to byte ${offset + bytes}, found ${file.size} bytes`,
    );
  return { kind: 'contiguous', offset, bytes };
}

/** The last of the sizes is that of an element, which the datatype says too. */
function chunkedOfVersion3(file: Hdf5File, body: Buffer): StoredLayout {
  const indexOffset = addressAt(file, body, 3);
  if (indexOffset === undefined) return { kind: 'unwritten' };
  const chunk = Array.from({ length: body[2]! - 1 }, (_, axis) => body.readUInt32LE(11 + 4 * axis));
  return { kind: 'chunked', chunk, index: { kind: 'b-tree 1' }, indexOffset };
}

const DO_NOT_FILTER_EDGES = 1;
const SINGLE_IS_FILTERED = 2;

function chunkedOfVersion4(file: Hdf5File, body: Buffer): StoredLayout {
  const [flags, rank, sizeBytes] = [body[2]!, body[3]!, body[4]!];
  if ((flags & DO_NOT_FILTER_EDGES) !== 0)
    throw new UnknownStructure('its chunks at the edge are not filtered');
  const chunk = Array.from({ length: rank - 1 }, (_, axis) =>
    body.readUIntLE(5 + sizeBytes * axis, Math.min(sizeBytes, 6)),
  );
  const at = 5 + sizeBytes * rank;
  const { index, bytes } = indexPlace(body, at, flags);
  const indexOffset = addressAt(file, body, at + 1 + bytes);
  return indexOffset === undefined ? { kind: 'unwritten' } : { kind: 'chunked', chunk, index, indexOffset };
}

/** `bytes` is the length of the index' own part of the message, behind its type. */
function indexPlace(body: Buffer, at: number, flags: number): { index: ChunkIndexPlace; bytes: number } {
  switch (body[at]) {
    case 1:
      return (flags & SINGLE_IS_FILTERED) === 0
        ? { index: { kind: 'single' }, bytes: 0 }
        : {
            index: {
              kind: 'single',
              bytes: Number(body.readBigUInt64LE(at + 1)),
              mask: body.readUInt32LE(at + 9),
            },
            bytes: 12,
          };
    case 2:
      return { index: { kind: 'implicit' }, bytes: 0 };
    case 3:
      return { index: { kind: 'fixed array' }, bytes: 1 };
    case 4:
      return { index: { kind: 'extensible array' }, bytes: 5 };
    case 5:
      return { index: { kind: 'b-tree 2' }, bytes: 6 };
    default:
      throw new UnknownStructure(`its chunk index is of type ${body[at]}`);
  }
}
