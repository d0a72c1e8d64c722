import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { InputError, messageOf } from '../errors.js';
import type { NamedArray } from './learner.js';

/*
 * The safetensors format (https://github.com/huggingface/safetensors): eight bytes of header length, a JSON header with type,
 * shape and place of each array, then the arrays. Little-endian float32 alone is used here.
 */

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [from: number, to: number];
}

/** Writes arrays, sorted by name, and flushes them to the disk. Throws what the system throws. */
export function writeSafetensors(path: string, arrays: ReadonlyMap<string, NamedArray>): void {
  const names = [...arrays.keys()].sort();
  const header: Record<string, Entry> = {};
  let at = 0;
  for (const name of names) {
    const { shape, data } = arrays.get(name)!;
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = JSON.stringify(header);
  // Spaces up to a multiple of eight, so that the arrays are aligned in the file.
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  try {
    writeAll(file, length);
    writeAll(file, text);
    for (const name of names) {
      const { data } = arrays.get(name)!;
      writeAll(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads all arrays. Throws InputError for a file that is missing, cut short or of another format. */
export function readSafetensors(path: string): Map<string, NamedArray> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new InputError(path, `expected a safetensors file (${messageOf(error).split(',')[0]})`, {
      cause: error,
    });
  }
  const length = bytes.length < 8 ? Number.POSITIVE_INFINITY : Number(bytes.readBigUInt64LE(0));
  if (8 + length > bytes.length)
    throw new InputError(path, `the file is cut short or no safetensors file: ${bytes.length} bytes`);
  const header = parseHeader(bytes.toString('utf8', 8, 8 + length), path);
  const arrays = new Map<string, NamedArray>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [from, to] = data_offsets.map((offset) => 8 + length + offset) as [number, number];
    if (dtype !== 'F32') throw new InputError(path, `${name}: expected F32, received ${dtype}`);
    if (to > bytes.length)
      throw new InputError(
        path,
        `the file is cut short: ${name} ends at byte ${to}, the file at ${bytes.length}`,
      );
    const data = new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer);
    arrays.set(name, { shape, data });
  }
  return arrays;
}

function parseHeader(text: string, path: string): Record<string, Entry> {
  try {
    return JSON.parse(text) as Record<string, Entry>;
  } catch (error) {
    throw new InputError(path, 'expected a JSON header as of a safetensors file', { cause: error });
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
