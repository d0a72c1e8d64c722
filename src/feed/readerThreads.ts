import { Worker } from 'node:worker_threads';
import type { AugmentPlan } from '../config/augmentPlan.js';
import { EnvironmentError, InputError, messageOf } from '../errors.js';
import type { RowAccess } from '../store/hdf5/rowIndex.js';
import { LATE, withinTime } from '../withinTime.js';
import type { PatchShape } from './augment/patchShape.js';
import { type SharedRing, stopRing } from './sharedRing.js';

/** What every reader thread is told at its start. */
export interface ReaderWork {
  /** How the rows are read. */
  readonly access: RowAccess;
  /** Of the stored patches. */
  readonly patch: PatchShape;
  /** Voxels along an axis that are handed on, of the middle, after all else; 0 = all. */
  readonly crop: number;
  /** What is done at random to each patch of a batch with a place; undefined = patches as they are. */
  readonly augment?: { readonly plan: AugmentPlan; readonly seed: number };
}

export interface ReaderStart extends ReaderWork {
  readonly ring: SharedRing;
  readonly reader: number;
}

/** A slot is full; or the thread ends with what it threw, at a part of a slot or before it took any. */
export type ReaderAnswer =
  | { readonly fullSlot: number }
  | { readonly failure: ReaderFailure; readonly slot?: number };

/** An error's class does not survive the way between threads. */
export interface ReaderFailure {
  readonly reason: string;
  /** Of an InputError. */
  readonly file?: string;
}

/** For a thread to end by itself; then, to be terminated. */
const CLOSE_LIMIT_MS = 5000;
const TERMINATE_LIMIT_MS = 1000;

/**
 * Starts the threads of a ring. `onFailure` is called for what a thread throws (with the slot that stays unfinished), and for a
 * thread that ends. Returns what ends all of them, which close the file; one that the file system holds is left behind after a while.
 */
export function startReaders(
  work: ReaderWork,
  ring: SharedRing,
  onFull: (slot: number) => void,
  onFailure: (error: Error, slot?: number) => void,
): () => Promise<void> {
  const { path } = work.access;
  const threads = Array.from({ length: ring.size.readers }, (_, reader) => {
    const workerData: ReaderStart = { ...work, ring, reader };
    const thread = new Worker(new URL('./readerThread.js', import.meta.url), { execArgv: [], workerData });
    const left = new Promise<void>((done) => thread.once('exit', () => done()));
    let hasFailed = false;
    thread.on('message', (answer: ReaderAnswer) => {
      if ('fullSlot' in answer) return onFull(answer.fullSlot);
      hasFailed = true;
      onFailure(errorOf(answer.failure), answer.slot);
    });
    thread.on('error', (error) => onFailure(ended(path, messageOf(error))));
    thread.on('exit', (code) => {
      if (!hasFailed) onFailure(ended(path, `exit code ${code}`));
    });
    // Threads that sleep do not keep a program alive; a consumer that waits does, by its time limit.
    thread.unref();
    return { thread, left };
  });
  return async () => {
    stopRing(ring);
    await Promise.all(
      threads.map(async ({ thread, left }) => {
        if ((await withinTime(left, CLOSE_LIMIT_MS)) !== LATE) return;
        void thread.terminate();
        if ((await withinTime(left, TERMINATE_LIMIT_MS)) !== LATE) return;
        // terminate() makes the program wait for it again.
        thread.unref();
        leaveBehind();
      }),
    );
  };
}

let isLeftBehind = false;

/** A process that ends waits for its threads, and would do so for ever for one that the file system holds: it ends itself by SIGKILL. */
function leaveBehind(): void {
  if (isLeftBehind) return;
  isLeftBehind = true;
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
}

function errorOf({ reason, file }: ReaderFailure): Error {
  return file === undefined ? new EnvironmentError(reason) : new InputError(file, reason);
}

function ended(file: string, how: string): EnvironmentError {
  return new EnvironmentError(
    `a thread that reads ${file} ended (${how}); start again, or go on with --resume`,
  );
}
