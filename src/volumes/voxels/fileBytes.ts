import { pipeline, Readable } from 'node:stream';
import { createUnzip } from 'node:zlib';
import { InputError, messageOf } from '../../errors.js';
import { type InputFile, withFile } from './inputFile.js';

const PIECE_BYTES = 2 ** 22;
const PACKED_PIECE_BYTES = 2 ** 20;

/** A file's bytes from front to back, as they are or unpacked. */
export interface FileBytes {
  /** Fills `target` with the next bytes; returns how many there were: fewer only at the end. */
  fill(target: Uint8Array): Promise<number>;
  /** Passes over the next bytes; returns how many there were. */
  skip(count: number): Promise<number>;
  /** How many more bytes there are; looks for at most `limit`, as a packed stream must be unpacked for it. */
  rest(limit: number): Promise<number>;
}

export interface BytesRequest {
  /** Byte of the file where they begin. */
  readonly from?: number;
  /** From there on the file is one stream of gzip or zlib. Its checksum is verified when its end is read. */
  readonly packed?: boolean;
  /** Receives all bytes of the file, in order, as they lie in it. */
  readonly onBytes?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * A file's bytes for the length of `use`. What `use` leaves is read for `onBytes` alone.
 * Throws InputError, naming the file, where it cannot be read or unpacked.
 */
export async function withBytes<T>(
  path: string,
  request: BytesRequest,
  use: (bytes: FileBytes) => Promise<T>,
): Promise<T> {
  return withFile(path, async (input) => {
    const file = new PlainBytes(input, request.onBytes);
    await file.skip(request.from ?? 0);
    if (request.packed !== true) {
      const result = await use(file);
      await file.skip(Number.POSITIVE_INFINITY);
      return result;
    }
    const unpacked = new UnpackedBytes(file, path);
    try {
      const result = await use(unpacked);
      await file.skip(Number.POSITIVE_INFINITY);
      return result;
    } finally {
      await unpacked.end();
    }
  });
}

class PlainBytes implements FileBytes {
  readonly #file: InputFile;
  readonly #onBytes: BytesRequest['onBytes'];
  #at = 0;

  constructor(file: InputFile, onBytes: BytesRequest['onBytes']) {
    this.#file = file;
    this.#onBytes = onBytes;
  }

  /** A piece is shown to `onBytes` while the next one is read. */
  async fill(target: Uint8Array): Promise<number> {
    const readPiece = async (start: number): Promise<number> => {
      const length = Math.min(target.length - start, PIECE_BYTES);
      return start + (await this.#file.read(target.subarray(start, start + length), this.#at + start));
    };
    let done = 0;
    let reading = target.length === 0 ? undefined : readPiece(0);
    while (reading !== undefined) {
      const end: number = await reading;
      reading = end > done && end < target.length ? readPiece(end) : undefined;
      this.#onBytes?.(target.subarray(done, end));
      done = end;
    }
    this.#at += done;
    return done;
  }

  async skip(count: number): Promise<number> {
    if (this.#onBytes === undefined) {
      const passed = await this.rest(count);
      this.#at += passed;
      return passed;
    }
    const scratch = new Uint8Array(Math.min(count, PACKED_PIECE_BYTES));
    for (let done = 0; done < count; ) {
      const read = await this.fill(scratch.subarray(0, Math.min(scratch.length, count - done)));
      if (read === 0) return done;
      done += read;
    }
    return count;
  }

  async rest(limit: number): Promise<number> {
    return Math.min(limit, Math.max(0, (await this.#file.stat()).size - this.#at));
  }
}

class UnpackedBytes implements FileBytes {
  readonly #path: string;
  readonly #chunks: AsyncIterator<Buffer>;
  /** What has been unpacked and not been taken. */
  #open: Buffer = Buffer.alloc(0);
  #found = 0;
  #isStream: boolean | undefined;

  constructor(packed: FileBytes, path: string) {
    this.#path = path;
    // Errors of either end reach the reader of the last.
    const stream = pipeline(
      Readable.from(this.#pieces(packed)),
      createUnzip({ chunkSize: PACKED_PIECE_BYTES }),
      () => {},
    );
    this.#chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async fill(target: Uint8Array): Promise<number> {
    let done = 0;
    while (done < target.length && (await this.#more())) {
      const part = this.#open.subarray(0, target.length - done);
      target.set(part, done);
      this.#open = this.#open.subarray(part.length);
      done += part.length;
    }
    return done;
  }

  async skip(count: number): Promise<number> {
    let done = 0;
    while (done < count && (await this.#more())) {
      const passed = Math.min(count - done, this.#open.length);
      this.#open = this.#open.subarray(passed);
      done += passed;
    }
    return done;
  }

  rest(limit: number): Promise<number> {
    return this.skip(limit);
  }

  async end(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Whether something is open; at the end of the stream its checksum has been verified. */
  async #more(): Promise<boolean> {
    while (this.#open.length === 0) {
      const next = await this.#next();
      if (next.done === true) return false;
      this.#open = next.value;
      this.#found += next.value.length;
    }
    return true;
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      throw new InputError(this.#path, this.#reasonOf(error), { cause: error });
    }
  }

  async *#pieces(packed: FileBytes): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = Buffer.alloc(PACKED_PIECE_BYTES);
      const read = await packed.fill(piece);
      this.#isStream ??= read >= 2 && isStreamStart(piece);
      if (read > 0) yield piece.subarray(0, read);
      if (read < piece.length) return;
    }
  }

  /** After a start that is right a header that is wrong stands behind the stream's end: something was added to the file. */
  #reasonOf(error: unknown): string {
    const reason = messageOf(error);
    if (reason === 'incorrect header check' && this.#isStream === true)
      return 'bytes follow the end of the compressed stream that belong to no other one; pack the file again: gzip -dc < OLD | gzip > NEW';
    return `the compressed voxels are corrupt or cut short (${reason}), after ${this.#found} bytes unpacked`;
  }
}

/** To how many bytes so many can be unpacked: deflate packs at most 1,032 times. */
export function mostUnpacked(packedBytes: number): number {
  return 1032 * packedBytes + 64;
}

/** Of gzip (RFC 1952) or zlib (RFC 1950). */
function isStreamStart(bytes: Buffer): boolean {
  const word = bytes.readUInt16BE(0);
  return word === 0x1f8b || ((word >> 8) % 16 === 8 && word % 31 === 0);
}
