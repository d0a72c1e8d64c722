import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { EnvironmentError, InputError, InterruptedError } from '../errors.js';
import { voxelsPerPatch } from '../store/patchFileContract.js';
import { shapeOfCrop } from './centralCrop.js';
import { type ReaderWork, startReaders } from './readerThreads.js';
import {
  type BatchRequest,
  createRing,
  publish,
  type SharedRing,
  total,
  voxelsOfSlot,
} from './sharedRing.js';

export interface RowFeedOptions extends ReaderWork {
  /** Most rows of a batch. */
  readonly batchRows: number;
  /** Threads; the batches do not depend on it. */
  readonly readers: number;
  /** Batches that are under way at a time, the one in use included. */
  readonly slots: number;
  /** Longest wait for a batch. */
  readonly limitMs?: number;
}

export interface FedBatch {
  readonly rows: Uint32Array;
  /** HU, row after row, z, y, x: a view of shared memory, valid until the next batch is asked for. */
  readonly inputHu: Int16Array;
  /** How long its consumer waited, and how many batches of it lay ready, this one included, when it was asked for. */
  readonly waitMs: number;
  readonly ready: number;
}

/** What has been read since the feed was opened. */
export interface FeedReport {
  readonly rows: number;
  readonly bytes: number;
  /** Of the reader threads together. */
  readonly busyMs: number;
  readonly idleMs: number;
  /** Of the consumers together. */
  readonly batches: number;
  readonly waitMs: number;
}

const DEFAULT_LIMIT_MS = 60_000;

/** A batch on its way. */
interface Ordered {
  readonly slot: number;
  readonly rows: Uint32Array;
  readonly full: Promise<void>;
  isFull: boolean;
}

/** Threads that read the rows of one file into a ring of batches, for any number of consumers. */
export class RowFeed {
  readonly file: string;
  readonly voxelsPerRow: number;
  readonly #limitMs: number;
  readonly #ring: SharedRing;
  readonly #endThreads: () => Promise<void>;
  readonly #identity: string;
  /** Slots that nobody uses. */
  readonly #free: number[];
  /** By slot, in the order of publishing. */
  readonly #pending = new Map<number, { readonly done: () => void; readonly fail: (error: Error) => void }>();
  /** Consumers that wait for a slot. */
  readonly #waiting: (() => void)[] = [];
  #consumers = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;
  #batches = 0;
  #waitMs = 0;

  /** Starts the reader threads. */
  constructor(options: RowFeedOptions) {
    const { access, patch, crop, batchRows, readers, slots, limitMs = DEFAULT_LIMIT_MS } = options;
    this.file = access.path;
    this.voxelsPerRow = voxelsPerPatch(shapeOfCrop(patch, crop));
    this.#limitMs = limitMs;
    this.#ring = createRing({ slots, batchRows, voxelsPerRow: this.voxelsPerRow, readers });
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
    this.#identity = identityOf(access.path);
    const full = (slot: number): void => {
      this.#pending.get(slot)?.done();
      this.#pending.delete(slot);
    };
    this.#endThreads = startReaders(options, this.#ring, full, (error, slot) => this.#refuse(error, slot));
  }

  /**
   * A batch for each request, in order; the next ones are read while one is used. Several consumers may ask at a time: they
   * share the ring. Throws InputError (row and byte of what cannot be read, a file that was changed), EnvironmentError
   * (a thread that ended, a batch that does not come within the limit), InterruptedError.
   */
  async *batches(requests: Iterable<BatchRequest>, signal?: AbortSignal): AsyncGenerator<FedBatch> {
    const wanted = requests[Symbol.iterator]();
    const ordered: Ordered[] = [];
    let held: number | undefined;
    let next = wanted.next();
    const readAhead = (): void => {
      while (
        next.done !== true &&
        this.#failure === undefined &&
        this.#free.length > 0 &&
        ordered.length < this.#share(held)
      ) {
        ordered.push(this.#publish(next.value));
        next = wanted.next();
      }
    };
    this.#consumers++;
    try {
      for (;;) {
        if (held !== undefined) this.#release(held);
        held = undefined;
        readAhead();
        const asked = performance.now();
        const ready = ordered.findIndex(({ isFull }) => !isFull);
        if (ordered.length === 0) {
          if (next.done === true) return;
          if (this.#failure !== undefined) throw this.#failure;
          await this.#untilFree(signal);
          continue;
        }
        const { slot, rows, full } = ordered[0]!;
        await this.#within(full, signal);
        this.#requireSameFile();
        ordered.shift();
        held = slot;
        const waitMs = performance.now() - asked;
        this.#batches++;
        this.#waitMs += waitMs;
        const inputHu = voxelsOfSlot(this.#ring, slot, rows.length);
        yield { rows, inputHu, waitMs, ready: ready < 0 ? ordered.length + 1 : ready };
      }
    } finally {
      wanted.return?.();
      this.#consumers--;
      if (held !== undefined) this.#release(held);
      // What is still being read is free once it is there.
      for (const { slot, full } of ordered)
        full.then(
          () => this.#release(slot),
          () => {},
        );
    }
  }

  report(): FeedReport {
    return {
      rows: total(this.#ring, 'rows'),
      bytes: total(this.#ring, 'bytes'),
      busyMs: total(this.#ring, 'busyNs') / 1e6,
      idleMs: total(this.#ring, 'idleNs') / 1e6,
      batches: this.#batches,
      waitMs: this.#waitMs,
    };
  }

  /** Ends the threads, which close the file. Idempotent; batches that are waited for are refused. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#refuse(new InterruptedError(`interrupted while reading ${this.file}: the feed was closed`));
      this.#closing = this.#endThreads();
    }
    return this.#closing;
  }

  /** Batches that a consumer may have on their way: an equal part of the ring for each, and one at least. */
  #share(held: number | undefined): number {
    const part = Math.floor(this.#ring.size.slots / this.#consumers);
    return Math.max(1, part - (held === undefined ? 0 : 1));
  }

  #publish(request: BatchRequest): Ordered {
    const slot = this.#free.pop()!;
    const full = new Promise<void>((done, fail) => this.#pending.set(slot, { done, fail }));
    const ordered: Ordered = { slot, rows: request.rows, full, isFull: false };
    full.then(
      () => {
        ordered.isFull = true;
      },
      // Thrown where it is awaited.
      () => {},
    );
    try {
      publish(this.#ring, slot, request);
    } catch (error) {
      this.#pending.delete(slot);
      this.#release(slot);
      throw error;
    }
    return ordered;
  }

  #release(slot: number): void {
    this.#free.push(slot);
    this.#waiting.shift()?.();
  }

  /**
   * The first error is the one that all further waits end with: nothing more is read. Batches that were asked for before
   * the slot that failed still come, so that it is always the same batch that fails.
   */
  #refuse(error: Error, slot?: number): void {
    this.#failure ??= error;
    let isBehind = slot === undefined || !this.#pending.has(slot);
    for (const [each, { fail }] of this.#pending) {
      isBehind ||= each === slot;
      if (!isBehind) continue;
      fail(error);
      this.#pending.delete(each);
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Until some slot may be free. Whoever is interrupted leaves its place to those behind it. */
  async #untilFree(signal: AbortSignal | undefined): Promise<void> {
    let wake = (): void => {};
    const woken = new Promise<void>((done) => {
      wake = done;
      this.#waiting.push(done);
    });
    try {
      await this.#within(woken, signal);
    } catch (error) {
      const place = this.#waiting.indexOf(wake);
      if (place < 0) this.#waiting.shift()?.();
      else this.#waiting.splice(place, 1);
      throw error;
    }
  }

  async #within(waiting: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    try {
      await new Promise<void>((done, fail) => {
        stop = () =>
          fail(new InterruptedError(`interrupted while reading ${this.file}; what was finished is kept`));
        if (signal?.aborted === true) return stop();
        signal?.addEventListener('abort', stop, { once: true });
        timer = setTimeout(() => fail(tooLate(this.file, this.#limitMs)), this.#limitMs);
        waiting.then(done, fail);
      });
    } finally {
      clearTimeout(timer);
      if (stop !== undefined) signal?.removeEventListener('abort', stop);
    }
  }

  #requireSameFile(): void {
    if (identityOf(this.file) !== this.#identity)
      throw new InputError(
        this.file,
        'was replaced or changed while it was read: its rows may be others now; start again, or go on with --resume once it is the same file',
      );
  }
}

function identityOf(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return 'gone';
  }
}

function tooLate(file: string, limitMs: number): EnvironmentError {
  return new EnvironmentError(
    `${file}: expected a batch within ${limitMs / 1000} s, received none: the disk does not answer; go on with --resume once it does`,
  );
}
