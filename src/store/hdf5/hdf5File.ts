import { closeSync, openSync, statSync } from 'node:fs';
import { InputError } from '../../errors.js';
import { cannotRead } from '../../paths.js';
import { bytesAt, checkedBytes, type Hdf5File, type OpenedFile, UnknownStructure } from './hdf5Bytes.js';

/*
 * HDF5's file format from below: superblock, object headers and their messages.
 * Source: HDF5 File Format Specification 3.0, The HDF Group. All numbers are little-endian.
 */

/** One piece of an object header. */
export interface Message {
  readonly type: number;
  readonly body: Buffer;
  /** Of the body, in the file. */
  readonly offset: number;
  /** Whether the body is only a reference to another header's message. */
  readonly isShared: boolean;
}

/** Types of messages. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFillValue: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  dataLayout: 0x08,
  filterPipeline: 0x0b,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
/** More than any header has: a chain that is longer goes in a circle. */
const HEADER_BLOCKS = 10_000;
/** More than any block of a header has: what says so is damaged, or is no header. */
const LONGEST_BLOCK = 2 ** 24;

/**
 * Opens a file for the time of `use`. Throws InputError for what cannot be read, is no HDF5 file, or is cut short, and
 * UnknownStructure.
 */
export function withHdf5File<T>(path: string, use: (file: Hdf5File) => T): T {
  const { fd, size } = openFile(path);
  try {
    return use({ path, fd, size, ...readSuperblock({ path, fd, size }) });
  } catch (error) {
    // A number outside of its buffer: a structure that is not what its signature says.
    if (error instanceof RangeError) throw new UnknownStructure('its structure is damaged');
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** As withHdf5File(); undefined for a structure that is not understood, which is no fault of the file: the library reads it. */
export function withKnownHdf5File<T>(path: string, use: (file: Hdf5File) => T): T | undefined {
  try {
    return withHdf5File(path, use);
  } catch (error) {
    if (error instanceof UnknownStructure) return undefined;
    throw error;
  }
}

function openFile(path: string): OpenedFile {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error('it is a folder or device, no file');
    return { path, fd: openSync(path, 'r'), size: stat.size };
  } catch (error) {
    throw cannotRead(path, 'a patch file', error);
  }
}

function readSuperblock(file: OpenedFile): Pick<Hdf5File, 'base' | 'rootHeader'> {
  const start = signatureOffset(file);
  const block = bytesAt(file, start, 96);
  const version = block[8]!;
  // Sizes of offsets and lengths other than 8 bytes are legal and unheard of.
  const [sizes, fields] = version < 2 ? [13, version === 0 ? 24 : 28] : [9, 12];
  if (block[sizes] !== 8 || block[sizes + 1] !== 8 || version > 3)
    throw new UnknownStructure(`its superblock is of version ${version}, or has no 8-byte addresses`);
  if (version >= 2) checkedBytes(file, start, 44, 'the superblock');
  const base = Number(block.readBigUInt64LE(fields));
  const endOfFile = Number(block.readBigUInt64LE(fields + 16));
  // The end is counted as the addresses are: from the base, or from the file's first byte in files that say base 0.
  if (endOfFile - base > file.size - start && endOfFile > file.size)
    throw new InputError(
      file.path,
      `the file is cut short: expected ${endOfFile} bytes, found ${file.size}; crop or copy it again`,
    );
  // Version 0 and 1 end in the root group's symbol table entry, whose second field is the object header.
  const root = block.readBigUInt64LE(version < 2 ? fields + 40 : fields + 24);
  return { base: start, rootHeader: Number(root) + start };
}

/** At 0, or behind a user block of 512 bytes, 1 KiB, 2 KiB, ... */
function signatureOffset(file: OpenedFile): number {
  for (let offset = 0; offset + 96 <= file.size; offset = offset === 0 ? 512 : offset * 2)
    if (bytesAt(file, offset, 8).equals(SIGNATURE)) return offset;
  throw new InputError(file.path, `expected an HDF5 file, found ${file.size} bytes without its signature`);
}

/** The messages of an object header, continuation blocks included. Throws UnknownStructure. */
export function* messagesOf(file: Hdf5File, header: number): Generator<Message> {
  const head = bytesAt(file, header, 16);
  if (head.toString('latin1', 0, 4) === 'OHDR') yield* messagesOfVersion2(file, header);
  else if (head[0] === 1) yield* messagesOfVersion1(file, header);
  else throw new UnknownStructure('an object header is of an unknown version');
}

function* messagesOfVersion1(file: Hdf5File, header: number): Generator<Message> {
  const blocks: [number, number][] = [[header + 16, bytesAt(file, header, 16).readUInt32LE(8)]];
  for (const [offset, length] of blocks) {
    const bytes = bytesAt(file, offset, length);
    for (let at = 0; at + 8 <= bytes.length; ) {
      const type = bytes.readUInt16LE(at);
      const size = bytes.readUInt16LE(at + 2);
      const body = bytes.subarray(at + 8, at + 8 + size);
      if (type === MESSAGE.continuation) blocks.push(continuationOf(file, body, blocks.length));
      else yield { type, body, offset: offset + at + 8, isShared: (bytes[at + 4]! & 2) !== 0 };
      at += 8 + size;
    }
  }
}

function* messagesOfVersion2(file: Hdf5File, header: number): Generator<Message> {
  const head = bytesAt(file, header, 64);
  const flags = head[5]!;
  const sizeAt = 6 + ((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0);
  const sizeBytes = 1 << (flags & 3);
  const firstBlock = head.readUIntLE(sizeAt, Math.min(sizeBytes, 6));
  const messageHead = 4 + ((flags & 4) !== 0 ? 2 : 0);
  if (firstBlock > LONGEST_BLOCK) throw new UnknownStructure(`an object header has ${firstBlock} bytes`);
  const start = sizeAt + sizeBytes;
  const first = checkedBytes(file, header, start + firstBlock, 'OHDR').subarray(start);
  const blocks: [number, Buffer][] = [[header + start, first]];
  for (const [offset, bytes] of blocks) {
    for (let at = 0; at + messageHead <= bytes.length; ) {
      const type = bytes[at]!;
      const size = bytes.readUInt16LE(at + 1);
      const body = bytes.subarray(at + messageHead, at + messageHead + size);
      if (type === MESSAGE.continuation) {
        // Signature before and checksum behind the messages.
        const [next, length] = continuationOf(file, body, blocks.length);
        blocks.push([next + 4, checkedBytes(file, next, length - 4, 'OCHK').subarray(4)]);
      } else yield { type, body, offset: offset + at + messageHead, isShared: (bytes[at + 3]! & 2) !== 0 };
      at += messageHead + size;
    }
  }
}

function continuationOf({ base }: Hdf5File, body: Buffer, blocks: number): [number, number] {
  if (blocks > HEADER_BLOCKS) throw new UnknownStructure('an object header has no end');
  const length = Number(body.readBigUInt64LE(8));
  if (length > LONGEST_BLOCK) throw new UnknownStructure(`a part of an object header has ${length} bytes`);
  return [Number(body.readBigUInt64LE(0)) + base, length];
}
