import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { InputError, messageOf } from '../errors.js';

/*
 * Just enough of HDF5's file format to find where a dataset of the root group keeps its bytes, so that rows are read
 * straight from the file. Source: HDF5 File Format Specification 3.0, The HDF Group. All numbers are little-endian.
 */

/** Where a dataset's bytes lie; undefined for a layout that is not one piece, or that this file does not know. */
export interface ContiguousLayout {
  readonly offset: number;
  readonly bytes: number;
}

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
const MESSAGE = {
  linkInfo: 0x02,
  dataLayout: 0x08,
  link: 0x06,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;
const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Looks a dataset of the root group up. Throws InputError for a file that is no HDF5 file, or cut short. */
export function findContiguous(path: string, dataset: string): ContiguousLayout | undefined {
  const file = openFile(path);
  try {
    const superblock = readSuperblock(file);
    const header = superblock === undefined ? undefined : childAddress(file, superblock, dataset);
    return header === undefined ? undefined : layoutOf(file, header, superblock!.base);
  } catch (error) {
    // An unknown structure is no fault of the file: the library reads it.
    if (error instanceof UnknownStructure) return undefined;
    throw error;
  } finally {
    closeSync(file.fd);
  }
}

/** Signature and length, before the library sees the file: its own message for a bad file names nothing. Throws InputError. */
export function checkHdf5File(path: string): void {
  const file = openFile(path);
  try {
    readSuperblock(file);
  } finally {
    closeSync(file.fd);
  }
}

class UnknownStructure extends Error {}

interface OpenFile {
  readonly path: string;
  readonly fd: number;
  readonly size: number;
}

interface Superblock {
  /** Added to every address in the file: bytes before the superblock. */
  readonly base: number;
  readonly rootHeader: number;
}

function openFile(path: string): OpenFile {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error('it is a folder or device, no file');
    return { path, fd: openSync(path, 'r'), size: stat.size };
  } catch (error) {
    throw new InputError(path, `expected a patch file that can be read (${messageOf(error).split(',')[0]})`, {
      cause: error,
    });
  }
}

function readSuperblock(file: OpenFile): Superblock | undefined {
  const start = signatureOffset(file);
  const block = bytesAt(file, start, 96);
  const version = block[8]!;
  // Sizes of offsets and lengths other than 8 bytes are legal and unheard of.
  const [sizes, fields] = version < 2 ? [13, version === 0 ? 24 : 28] : [9, 12];
  if (block[sizes] !== 8 || block[sizes + 1] !== 8 || version > 3) return undefined;
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
function signatureOffset(file: OpenFile): number {
  for (let offset = 0; offset + 96 <= file.size; offset = offset === 0 ? 512 : offset * 2)
    if (bytesAt(file, offset, 8).equals(SIGNATURE)) return offset;
  throw new InputError(file.path, `expected an HDF5 file, found ${file.size} bytes without its signature`);
}

interface Message {
  readonly type: number;
  readonly body: Buffer;
}

/** Address of the object header of a child of the root group. */
function childAddress(file: OpenFile, { base, rootHeader }: Superblock, name: string): number | undefined {
  for (const { type, body } of messagesOf(file, rootHeader, base)) {
    if (type === MESSAGE.symbolTable)
      return fromSymbolTable(file, base, name, body.readBigUInt64LE(0), body.readBigUInt64LE(8));
    if (type === MESSAGE.link) {
      const link = parseLink(body);
      if (link?.name === name) return addressOf(link, base);
    }
    if (type === MESSAGE.linkInfo) {
      const link = denseLinks(file, base, body).find((each) => each.name === name);
      if (link !== undefined) return addressOf(link, base);
    }
  }
  return undefined;
}

/**
 * Links of a new group with more than eight: in a fractal heap, as long as that is one block (some twenty links), one behind
 * the other. Empty where the links lie in the object header.
 */
function denseLinks(file: OpenFile, base: number, linkInfo: Buffer): Link[] {
  const heap = linkInfo.readBigUInt64LE((linkInfo[1]! & 1) !== 0 ? 10 : 2);
  if (heap === UNDEFINED_ADDRESS) return [];
  const header = bytesAt(file, Number(heap) + base, 144);
  const [flags, count] = [header[9]!, Number(header.readBigUInt64LE(70))];
  const [blockBytes, offsetBits] = [Number(header.readBigUInt64LE(112)), header.readUInt16LE(128)];
  const isOneBlock = header.readUInt16LE(140) === 0;
  if (header.toString('latin1', 0, 4) !== 'FRHP' || !isOneBlock) throw new UnknownStructure();
  const block = bytesAt(file, Number(header.readBigUInt64LE(132)) + base, blockBytes);
  // Signature, version, address of the heap, offset in it, and a checksum where the heap has them.
  let at = 13 + Math.ceil(offsetBits / 8) + ((flags & 2) !== 0 ? 4 : 0);
  return Array.from({ length: count }, () => {
    const link = parseLink(block.subarray(at));
    if (link === undefined) throw new UnknownStructure();
    at += link.bytes;
    return link;
  });
}

function addressOf({ address }: Link, base: number): number {
  return Number(address) + base;
}

/** Old groups: a B-tree of symbol nodes, names in a local heap. */
function fromSymbolTable(
  file: OpenFile,
  base: number,
  name: string,
  tree: bigint,
  heap: bigint,
): number | undefined {
  const heapHeader = bytesAt(file, Number(heap) + base, 32);
  const names = bytesAt(
    file,
    Number(heapHeader.readBigUInt64LE(24)) + base,
    Number(heapHeader.readBigUInt64LE(8)),
  );
  const search = (address: number): number | undefined => {
    const head = bytesAt(file, address, 24);
    if (head.toString('latin1', 0, 4) === 'SNOD') {
      const count = head.readUInt16LE(6);
      const entries = bytesAt(file, address + 8, count * 40);
      for (let i = 0; i < count; i++) {
        const at = Number(entries.readBigUInt64LE(i * 40));
        if (names.toString('utf8', at, names.indexOf(0, at)) === name)
          return Number(entries.readBigUInt64LE(i * 40 + 8)) + base;
      }
      return undefined;
    }
    if (head.toString('latin1', 0, 4) !== 'TREE') throw new UnknownStructure();
    const children = head.readUInt16LE(6);
    const keys = bytesAt(file, address + 24, children * 16 + 8);
    for (let i = 0; i < children; i++) {
      const found = search(Number(keys.readBigUInt64LE(i * 16 + 8)) + base);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(Number(tree) + base);
}

interface Link {
  readonly name: string;
  readonly address: bigint;
  /** Of the whole message. */
  readonly bytes: number;
}

/** A hard link of a new group; undefined for soft and external ones. */
function parseLink(body: Buffer): Link | undefined {
  const flags = body[1]!;
  let at = 2;
  const type = (flags & 8) !== 0 ? body[at++] : 0;
  if ((flags & 4) !== 0) at += 8;
  if ((flags & 16) !== 0) at += 1;
  const lengthBytes = 1 << (flags & 3);
  const length = body.readUIntLE(at, Math.min(lengthBytes, 6));
  at += lengthBytes;
  if (type !== 0) return undefined;
  return {
    name: body.toString('utf8', at, at + length),
    address: body.readBigUInt64LE(at + length),
    bytes: at + length + 8,
  };
}

/** Layout message, version 3 and 4; class 1 is contiguous. */
function layoutOf(file: OpenFile, header: number, base: number): ContiguousLayout | undefined {
  for (const { type, body } of messagesOf(file, header, base)) {
    if (type !== MESSAGE.dataLayout) continue;
    const [version, layoutClass] = [body[0]!, body[1]!];
    if ((version !== 3 && version !== 4) || layoutClass !== 1) return undefined;
    const address = body.readBigUInt64LE(2);
    if (address === UNDEFINED_ADDRESS) return undefined;
    const [offset, bytes] = [Number(address) + base, Number(body.readBigUInt64LE(10))];
    if (offset + bytes > file.size)
      throw new InputError(
        file.path,
        `the file is cut short: expected voxels up to byte ${offset + bytes}, found ${file.size} bytes`,
      );
    return { offset, bytes };
  }
  return undefined;
}

/** The messages of an object header, continuation blocks included. */
function* messagesOf(file: OpenFile, address: number, base: number): Generator<Message> {
  const head = bytesAt(file, address, 16);
  if (head.toString('latin1', 0, 4) === 'OHDR') yield* messagesOfVersion2(file, address, base);
  else if (head[0] === 1) yield* messagesOfVersion1(file, address, base);
  else throw new UnknownStructure();
}

function* messagesOfVersion1(file: OpenFile, address: number, base: number): Generator<Message> {
  const blocks: [number, number][] = [[address + 16, bytesAt(file, address, 16).readUInt32LE(8)]];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const bytes = bytesAt(file, ...block);
    for (let at = 0; at + 8 <= bytes.length; ) {
      const type = bytes.readUInt16LE(at);
      const size = bytes.readUInt16LE(at + 2);
      const body = bytes.subarray(at + 8, at + 8 + size);
      if (type === MESSAGE.continuation) blocks.push(continuationOf(body, base));
      else yield { type, body };
      at += 8 + size;
    }
  }
}

function* messagesOfVersion2(file: OpenFile, address: number, base: number): Generator<Message> {
  const head = bytesAt(file, address, 64);
  const flags = head[5]!;
  const sizeAt = 6 + ((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0);
  const sizeBytes = 1 << (flags & 3);
  const firstBlock = head.readUIntLE(sizeAt, Math.min(sizeBytes, 6));
  const messageHead = 4 + ((flags & 4) !== 0 ? 2 : 0);
  const blocks: [number, number][] = [[address + sizeAt + sizeBytes, firstBlock]];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const bytes = bytesAt(file, ...block);
    for (let at = 0; at + messageHead <= bytes.length; ) {
      const type = bytes[at]!;
      const size = bytes.readUInt16LE(at + 1);
      const body = bytes.subarray(at + messageHead, at + messageHead + size);
      if (type === MESSAGE.continuation) {
        // `OCHK` before and a checksum after the messages of a continuation block.
        const [offset, length] = continuationOf(body, base);
        blocks.push([offset + 4, length - 8]);
      } else yield { type, body };
      at += messageHead + size;
    }
  }
}

function continuationOf(body: Buffer, base: number): [number, number] {
  return [Number(body.readBigUInt64LE(0)) + base, Number(body.readBigUInt64LE(8))];
}

function bytesAt({ path, fd, size }: OpenFile, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
  if (offset > size || readSync(fd, buffer, 0, buffer.length, offset) < Math.min(length, 8))
    throw new InputError(path, `the file is cut short or corrupt: nothing at byte ${offset} of ${size}`);
  return buffer;
}
