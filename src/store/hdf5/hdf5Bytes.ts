import { readSync } from 'node:fs';
import { InputError } from '../../errors.js';
import { lookup3 } from './lookup3.js';

/** An open HDF5 file. Offsets are in bytes from the file's first one, a user block included. */
export interface Hdf5File {
  readonly path: string;
  readonly fd: number;
  readonly size: number;
  /** Added to every address in the file: bytes before the superblock. */
  readonly base: number;
  /** Offset of the root group's object header. */
  readonly rootHeader: number;
}

/** A file whose superblock is not read yet. */
export type OpenedFile = Pick<Hdf5File, 'path' | 'fd' | 'size'>;

/** Legal HDF5 that voxlab does not know; the message says what, in a few words. The library reads such a file. */
export class UnknownStructure extends Error {}

const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;
const CHECKSUM_BYTES = 4;

/** The file offset that an address stands for; undefined for HDF5's undefined address (nothing stored). */
export function addressAt({ base }: Hdf5File, bytes: Buffer, at: number): number | undefined {
  const address = bytes.readBigUInt64LE(at);
  return address === UNDEFINED_ADDRESS ? undefined : Number(address) + base;
}

/** Reads bytes, fewer where the file ends. Throws InputError where (nearly) nothing is there. */
export function bytesAt({ path, fd, size }: OpenedFile, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
  if (offset > size || readSync(fd, buffer, 0, buffer.length, offset) < Math.min(length, 8))
    throw new InputError(path, `the file is cut short or corrupt: nothing at byte ${offset} of ${size}`);
  return buffer;
}

/**
 * Reads a block that ends in its checksum, which is not returned. `block` names it: by its signature where it has one.
 * Throws InputError for other bytes than those that were written.
 */
export function checkedBytes(file: OpenedFile, offset: number, length: number, block: string): Buffer {
  const bytes = bytesAt(file, offset, length + CHECKSUM_BYTES);
  if (bytes.length < length + CHECKSUM_BYTES)
    throw damaged(file, offset, block, `expected ${length + CHECKSUM_BYTES} bytes, found ${bytes.length}`);
  const content = bytes.subarray(0, length);
  checkChecksum(file, offset, block, content, bytes.readUInt32LE(length));
  return content;
}

/** The same of a block that begins with a signature of four letters. Throws UnknownStructure for another one. */
export function signedBytes(file: OpenedFile, offset: number, length: number, signature: string): Buffer {
  const bytes = checkedBytes(file, offset, length, signature);
  if (bytes.toString('latin1', 0, 4) !== signature)
    throw new UnknownStructure(`it has no ${signature} where one should be`);
  return bytes;
}

/** Throws InputError for another checksum than the stored one. */
export function checkChecksum(
  file: OpenedFile,
  offset: number,
  block: string,
  content: Uint8Array,
  stored: number,
): void {
  const computed = lookup3(content);
  if (computed !== stored)
    throw damaged(file, offset, block, `its checksum is ${hex(stored)}, its bytes give ${hex(computed)}`);
}

/** What says that a block holds other bytes than those that were written. */
export function damaged({ path }: OpenedFile, offset: number, block: string, what: string): InputError {
  return new InputError(
    path,
    `the file is damaged: ${block} at byte ${offset}: ${what}; copy it again from where it is whole, or crop again`,
  );
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
