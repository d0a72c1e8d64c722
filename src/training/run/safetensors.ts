import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { InputError } from '../../errors.js';
import { JsonPlace } from '../../jsonPlace.js';
import { sizeOf } from '../../model/architecture.js';
import { cannotRead } from '../../paths.js';
import type { NamedArray } from '../step/learner.js';

/*
 * The safetensors format (https://github.com/huggingface/safetensors): eight bytes of header length, a JSON header with type,
 * shape and place of each array, then the arrays without a hole. Little-endian float32 alone is used here.
 * Files are read and written in pieces, off the JavaScript thread: one call of the system moves 2 GiB at most, and a disk
 * that stalls must not silence a process whom others are listening to.
 */

const PIECE_BYTES = 64 * 2 ** 20;
/** Of the JSON header; ResNet3D-18 has 10 kB, the format allows 100 MB. */
const MOST_HEADER_BYTES = 100_000_000;

/** What a file held when it was written. */
export interface FileSum {
  readonly bytes: number;
  readonly crc32: number;
}

/** What a reader passes over, by its name: arrays of another type than float32. */
export type PassOver = (name: string) => boolean;

const NOTHING: PassOver = () => false;

/** Place of an array, in bytes of the file. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/**
 * Writes arrays, sorted by name, with what is said of them all (texts by name), and flushes them to the disk. Throws what the
 * system throws.
 */
export async function writeSafetensors(
  path: string,
  arrays: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<FileSum> {
  const names = [...arrays.keys()].sort();
  const file = await open(path, 'w');
  const sum = { bytes: 0, crc32: 0 };
  try {
    const parts = names.map((name) => bytesOf(arrays.get(name)!.data));
    for (const part of [headerOf(names, arrays, metadata), ...parts])
      for (const piece of piecesOf(part)) {
        await writeAll(file, piece);
        sum.bytes += piece.length;
        sum.crc32 = crc32(piece, sum.crc32);
      }
    await file.sync();
  } finally {
    await file.close();
  }
  return sum;
}

/**
 * Reads all arrays. Throws InputError for a file that is missing, cut short, of another format, or that is not what was
 * written (`written`).
 */
export async function readSafetensors(
  path: string,
  written?: FileSum,
  passOver = NOTHING,
): Promise<Map<string, NamedArray>> {
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    if (written !== undefined && size !== written.bytes)
      throw new InputError(path, `expected the ${written.bytes} bytes that were written, found ${size}`);
    const header = await readHeader(file, path, size, passOver);
    let sum = crc32(header.bytes);
    const arrays = new Map<string, NamedArray>();
    for (const { name, shape, from, to } of header.entries.filter((entry) => !passOver(entry.name))) {
      const data = new Float32Array((to - from) / Float32Array.BYTES_PER_ELEMENT);
      let at = from;
      for (const piece of piecesOf(bytesOf(data))) {
        await readAll(file, path, piece, at);
        at += piece.length;
        sum = crc32(piece, sum);
      }
      arrays.set(name, { shape, data });
    }
    if (written !== undefined && sum !== written.crc32)
      throw new InputError(path, 'its bytes are not those that were written (their CRC-32 differs)');
    return arrays;
  } finally {
    await file.close();
  }
}

function headerOf(
  names: readonly string[],
  arrays: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> =
    Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata };
  let at = 0;
  for (const name of names) {
    const { shape, data } = arrays.get(name)!;
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Spaces up to a multiple of eight, so that the arrays are aligned in the file.
  const text = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}

/** The header's bytes, and its arrays in the order of the file. */
async function readHeader(
  file: FileHandle,
  path: string,
  size: number,
  passOver: PassOver,
): Promise<{ readonly bytes: Uint8Array; readonly entries: readonly Entry[] }> {
  const length = Buffer.alloc(8);
  if (size >= 8) await readAll(file, path, length, 0);
  const bytes = size >= 8 ? 8 + Number(length.readBigUInt64LE(0)) : Number.POSITIVE_INFINITY;
  if (bytes > size || bytes > MOST_HEADER_BYTES)
    throw new InputError(path, `the file is cut short or no safetensors file: ${size} bytes`);
  const text = Buffer.alloc(bytes - 8);
  await readAll(file, path, text, 8);
  const entries = entriesOf(path, text.toString('utf8'), bytes, passOver).sort((a, b) => a.from - b.from);
  let end = bytes;
  for (const { name, from, to } of entries) {
    if (from !== end)
      throw new InputError(path, `${name}: expected its bytes to begin at ${end}, received ${from}`);
    end = to;
  }
  if (size < end)
    throw new InputError(path, `the file is cut short: its arrays end at byte ${end}, it at ${size}`);
  if (size > end) throw new InputError(path, `expected the file to end at byte ${end}, found ${size} bytes`);
  return { bytes: Buffer.concat([length, text]), entries };
}

function entriesOf(path: string, text: string, headerBytes: number, passOver: PassOver): Entry[] {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new InputError(path, 'expected a JSON header as of a safetensors file', { cause: error });
  }
  return new JsonPlace(path, header)
    .entries()
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => {
      const dtype = entry.at('dtype').text();
      const isOther = passOver(name);
      if (dtype !== 'F32' && !isOther) throw new InputError(path, `${name}: expected F32, received ${dtype}`);
      const shape = entry
        .at('shape')
        .list()
        .map((axis) => axis.whole());
      const offsets = entry.at('data_offsets');
      const [from = -1, to = -1, ...more] = offsets.list().map((offset) => offset.whole());
      const bytes = Float32Array.BYTES_PER_ELEMENT * sizeOf({ shape });
      if (more.length > 0 || (to - from !== bytes && !isOther) || to < from)
        offsets.refuse(
          `the begin and end of ${sizeOf({ shape })} float32 numbers (shape ${shape.join(' x ')})`,
        );
      return { name, shape, from: headerBytes + from, to: headerBytes + to };
    });
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw cannotRead(path, 'a safetensors file', error);
  }
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

async function readAll(file: FileHandle, path: string, into: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at);
    if (bytesRead === 0)
      throw new InputError(path, `the file is cut short: it ends before byte ${position + into.length}`);
    at += bytesRead;
  }
}
