import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { TextDecoder } from 'node:util';
import { createGunzip, constants as zlib } from 'node:zlib';
import { awaitReadable } from '../../awaitReadable.js';
import { InputError, messageOf } from '../../errors.js';
import { cannotRead } from '../../paths.js';

const CHUNK_BYTES = 1 << 18;
const GZIP = [0x1f, 0x8b];

/** A log's text in pieces of some 100 kB: UTF-8 or UTF-16 by its mark or its zero bytes, unpacked where it is gzip. Throws InputError. */
export async function* logText(file: string): AsyncGenerator<string, void, void> {
  await awaitReadable(file);
  let decode: ((bytes?: Uint8Array) => string) | undefined;
  for await (const bytes of unpacked(file)) {
    decode ??= decoderOf(encodingOf(bytes));
    yield decode(bytes);
  }
  const rest = decode?.() ?? '';
  if (rest !== '') yield rest;
}

/** Gives U+FFFD for what is no UTF-8: a Windows console's degree sign, or damage. Node's own decoder is the faster one. */
function decoderOf(encoding: 'utf-8' | 'utf-16le' | 'utf-16be'): (bytes?: Uint8Array) => string {
  if (encoding !== 'utf-8') {
    const decoder = new TextDecoder(encoding);
    return (bytes) => decoder.decode(bytes, { stream: bytes !== undefined });
  }
  const decoder = new StringDecoder('utf8');
  let begun = false;
  return (bytes) => {
    const text = bytes === undefined ? decoder.end() : decoder.write(bytes as Buffer);
    const marked = !begun && text.startsWith('\uFEFF');
    begun = true;
    return marked ? text.slice(1) : text;
  };
}

/** Names what the first bytes are written in. A writer without a mark betrays UTF-16 by the zero in each of its letters. */
export function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const [even, odd] = [0, 1].map((parity) => zeros(bytes, parity)) as [number, number];
  const seen = Math.min(bytes.length, 256) / 2;
  if (odd > 0.7 * seen && even < 0.1 * seen) return 'utf-16le';
  if (even > 0.7 * seen && odd < 0.1 * seen) return 'utf-16be';
  return 'utf-8';
}

function zeros(bytes: Uint8Array, parity: number): number {
  return bytes.subarray(0, 256).filter((byte, at) => byte === 0 && at % 2 === parity).length;
}

async function* unpacked(file: string): AsyncGenerator<Uint8Array, void, void> {
  const chunks = fileChunks(file);
  const first = await chunks.next();
  if (first.done === true) return;
  const all = startingWith(first.value, chunks);
  if (GZIP.every((byte, at) => first.value[at] === byte)) yield* gunzipped(all, file);
  else yield* all;
}

async function* fileChunks(file: string): AsyncGenerator<Uint8Array, void, void> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    await handle.close();
  }
}

async function* startingWith(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  yield first;
  yield* rest;
}

/** Members one after the other, as appending gzip writes them. A log that was cut off gives what it holds: its last line shows it. */
async function* gunzipped(packed: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES, finishFlush: zlib.Z_SYNC_FLUSH });
  // A failure of either side is met by who reads `unzip`.
  pipeline(packed, unzip, () => undefined);
  try {
    for await (const bytes of unzip) yield bytes as Uint8Array;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(file, `expected gzip, found damage (${messageOf(error)}); unpack it by hand`, {
      cause: error,
    });
  }
}

function unreadable(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  return cannotRead(file, 'a log of GPU use', error);
}
