import { inflateSync } from 'node:zlib';
import { messageOf } from '../../errors.js';
import type { FilterName } from './rowIndex.js';

/** A chunk as it was before its filters. */
export interface UnfilteredChunk {
  /** In the order in which they were applied. */
  readonly filters: readonly FilterName[];
  /** Bit i set: filter i was not applied. */
  readonly mask: number;
  /** Bytes of the chunk without filters. */
  readonly bytes: number;
  /** Bytes of one value. */
  readonly elementBytes: number;
}

/**
 * Undoes the filters of a stored chunk. Throws an Error that says what is damaged: a checksum, a compressed stream, the length;
 * the caller knows the file and the place.
 */
export function undoFilters(stored: Uint8Array, chunk: UnfilteredChunk): Uint8Array {
  let bytes = stored;
  // A checksum taken before compression lies inside of it.
  const most = chunk.bytes + 4 * chunk.filters.length;
  for (let i = chunk.filters.length - 1; i >= 0; i--) {
    if ((chunk.mask & (1 << i)) !== 0) continue;
    switch (chunk.filters[i]!) {
      case 'deflate':
        bytes = inflate(bytes, most);
        break;
      case 'lzf':
        bytes = undoLzf(bytes, most);
        break;
      case 'shuffle':
        bytes = unshuffle(bytes, chunk.elementBytes);
        break;
      case 'fletcher32':
        bytes = checked(bytes);
        break;
    }
  }
  if (bytes.length !== chunk.bytes)
    throw new Error(`expected ${chunk.bytes} bytes after its filters, found ${bytes.length}`);
  return bytes;
}

function inflate(bytes: Uint8Array, most: number): Uint8Array {
  try {
    // One buffer for all: growing it costs more than inflating.
    return inflateSync(bytes, { maxOutputLength: most, chunkSize: Math.max(64, most) });
  } catch (error) {
    throw new Error(`its gzip stream is broken: ${messageOf(error)}`, { cause: error });
  }
}

/** LibLZF: literal runs, and copies of what came before. */
function undoLzf(from: Uint8Array, most: number): Uint8Array {
  const to = new Uint8Array(most);
  let [read, written] = [0, 0];
  while (read < from.length) {
    const control = from[read++]!;
    const isLiteral = control < 32;
    let length = isLiteral ? control + 1 : control >> 5;
    if (!isLiteral && length === 7) length += from[read++]!;
    if (!isLiteral) length += 2;
    if (written + length > most) throw new Error('its LZF stream gives more bytes than the chunk has');
    const end = written + length;
    let source = isLiteral ? read : written - ((control & 31) << 8) - from[read++]! - 1;
    if (!(source >= 0)) throw new Error('its LZF stream is broken');
    const origin = isLiteral ? from : to;
    // Byte by byte: a copy may reach into itself, and a run is short.
    while (written < end) to[written++] = origin[source++]!;
    if (isLiteral) read = source;
  }
  if (read > from.length) throw new Error('its LZF stream is cut short');
  return to.subarray(0, written);
}

/** Shuffled: first bytes of all values, second bytes of all values, ...; bytes that fill no value follow as they are. */
function unshuffle(from: Uint8Array, elementBytes: number): Uint8Array {
  if (elementBytes === 1) return from;
  const to = new Uint8Array(from.length);
  const count = Math.floor(from.length / elementBytes);
  if (elementBytes === 2) {
    const pairs = new Uint16Array(to.buffer, 0, count);
    for (let i = 0; i < count; i++) pairs[i] = from[i]! | (from[count + i]! << 8);
  } else
    for (let byte = 0; byte < elementBytes; byte++)
      for (let i = 0, at = byte, source = byte * count; i < count; i++, at += elementBytes)
        to[at] = from[source + i]!;
  to.set(from.subarray(count * elementBytes), count * elementBytes);
  return to;
}

function checked(bytes: Uint8Array): Uint8Array {
  const values = bytes.subarray(0, Math.max(0, bytes.length - 4));
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset + values.length, bytes.length - values.length);
  const found = fletcher32(values);
  if (stored.length < 4 || stored.readUInt32LE(0) !== found)
    throw new Error(
      `its checksum (Fletcher-32) is ${stored.toString('hex') || 'missing'}, its bytes give ${found.toString(16)}`,
    );
  return values;
}

/** Words of two bytes, the high one first; the sums are folded before they leave 32 bits. */
export function fletcher32(bytes: Uint8Array): number {
  const words = bytes.length >> 1;
  let [sum1, sum2] = [0, 0];
  for (let from = 0; from < words; from += 360) {
    const end = Math.min(words, from + 360);
    for (let i = from; i < end; i++) {
      sum1 += (bytes[2 * i]! << 8) | bytes[2 * i + 1]!;
      sum2 += sum1;
    }
    sum1 = fold(sum1);
    sum2 = fold(sum2);
  }
  if (bytes.length % 2 === 1) {
    sum1 = fold(sum1 + (bytes[bytes.length - 1]! << 8));
    sum2 = fold(sum2 + sum1);
  }
  return ((fold(sum2) << 16) | fold(sum1)) >>> 0;
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}
