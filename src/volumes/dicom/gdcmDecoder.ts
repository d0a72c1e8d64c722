import { Worker } from 'node:worker_threads';
import { InputError, InterruptedError } from '../../errors.js';
import type { VoxelArray } from '../voxels/volume.js';

export interface DecodeQuestion {
  readonly id: number;
  /** A DICOM file of one compressed frame. */
  readonly bytes: Uint8Array;
}

/** What came out; nothing where the decoder refused: its words could hold contents of the file. */
export interface DecodeAnswer {
  readonly id: number;
  readonly image?: { readonly size: readonly number[]; readonly data: unknown };
}

export interface DecodedFrame {
  readonly size: readonly number[];
  readonly data: VoxelArray;
}

interface Pending {
  readonly done: (answer: DecodeAnswer) => void;
  readonly failed: (error: Error) => void;
}

/** A thread lives for this many frames, so that the memory of its WebAssembly module stays bounded. */
const FRAMES_PER_THREAD = 512;
/** Of a frame, which takes a fraction of a second: damaged voxels must not stop a night's work. */
const FRAME_LIMIT_MS = 60_000;
let thread: { worker: Worker; pending: Map<number, Pending>; asked: number } | undefined;
let nextId = 0;

/**
 * Decodes one frame, given as a DICOM file of its own that lies in memory: JPEG, JPEG-LS or JPEG 2000, as GDCM knows them.
 * `file` is where it comes from, for messages. Throws InputError, InterruptedError.
 */
export async function decodeWithGdcm(
  bytes: Uint8Array,
  file: string,
  signal?: AbortSignal,
): Promise<DecodedFrame> {
  const limit = AbortSignal.timeout(FRAME_LIMIT_MS);
  try {
    return await ask(bytes, file, signal === undefined ? limit : AbortSignal.any([signal, limit]));
  } catch (error) {
    if (limit.aborted && signal?.aborted !== true)
      throw new InputError(file, `the decoder came to no end within ${FRAME_LIMIT_MS / 1000} s`);
    throw error;
  }
}

async function ask(bytes: Uint8Array, file: string, signal: AbortSignal): Promise<DecodedFrame> {
  const current = thread !== undefined && thread.asked < FRAMES_PER_THREAD ? thread : startThread();
  const { worker, pending } = current;
  current.asked++;
  const id = nextId++;
  const stop = (): void => {
    pending
      .get(id)
      ?.failed(new InterruptedError(`interrupted while reading ${file}; what was finished is kept`));
    // It may never come back from this frame: nobody asks it any more, and it ends with the last that waits for it.
    if (thread === current) thread = undefined;
  };
  signal.addEventListener('abort', stop, { once: true });
  worker.ref();
  try {
    const { image } = await new Promise<DecodeAnswer>((done, failed) => {
      pending.set(id, { done, failed });
      worker.postMessage({ id, bytes } satisfies DecodeQuestion);
    });
    const data = image?.data;
    if (isVoxels(data)) return { size: image!.size, data };
    throw new InputError(
      file,
      'the decoder (GDCM) refuses the compressed voxels: they are corrupt, cut short or of another kind; copy the file again, or convert it, for example with gdcmconv --raw',
    );
  } finally {
    signal.removeEventListener('abort', stop);
    pending.delete(id);
    // An idle thread does not keep the process alive; one that is used up, or given up, ends.
    if (pending.size === 0) {
      if (thread !== current) void worker.terminate();
      else if (current.asked >= FRAMES_PER_THREAD) await worker.terminate();
      else worker.unref();
    }
  }
}

function startThread(): NonNullable<typeof thread> {
  // stdout and stderr are held back: the library prints there what its answer says anyway. They are not read either:
  // a stream that is being read keeps the process alive, and the few lines of a thread's frames end with it.
  const worker = new Worker(new URL('./gdcmThread.js', import.meta.url), {
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const pending = new Map<number, Pending>();
  const end = (error: Error): void => {
    if (thread?.worker === worker) thread = undefined;
    for (const { failed } of pending.values()) failed(error);
  };
  worker.on('message', (answer: DecodeAnswer) => pending.get(answer.id)?.done(answer));
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`the thread of the DICOM decoder ended with code ${code}`)));
  thread = { worker, pending, asked: 0 };
  return thread;
}

/** Whole numbers of at most 32 bits: voxels as they are stored. */
function isVoxels(data: unknown): data is VoxelArray {
  return (
    data instanceof Int8Array ||
    data instanceof Uint8Array ||
    data instanceof Int16Array ||
    data instanceof Uint16Array ||
    data instanceof Int32Array ||
    data instanceof Uint32Array
  );
}
