import { Worker } from 'node:worker_threads';
import { InputError, InterruptedError } from '../errors.js';
import type { Geometry, Matrix3, Vector3, Volume, VoxelArray } from './volume.js';

export interface ItkQuestion {
  readonly id: number;
  readonly path: string;
  /** Geometry without voxels. */
  readonly informationOnly: boolean;
}

/** An image as ITK describes it; `direction` is row-major. */
export interface ItkImage {
  readonly dimension: number;
  readonly components: number;
  readonly componentType: string;
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly direction: readonly number[];
  readonly data: unknown;
}

export interface ItkAnswer {
  readonly id: number;
  readonly image?: ItkImage;
  readonly failure?: string;
}

interface Pending {
  readonly done: (answer: ItkAnswer) => void;
  readonly failed: (error: Error) => void;
}

/** The thread lives for this many reads, so that the memory of its WebAssembly modules stays bounded. */
const READS_PER_THREAD = 16;
let thread: { worker: Worker; pending: Map<number, Pending>; asked: number } | undefined;
let nextId = 0;

/** Reads a scan of any format that ITK knows. The stream must have been checked. Throws InputError, InterruptedError. */
export async function readWithItk(path: string, signal?: AbortSignal): Promise<Volume> {
  const image = await ask({ path, informationOnly: false }, signal);
  return { ...geometryOf(image, path), data: voxelsOf(image, path) };
}

/** As readWithItk(), the geometry alone. */
export async function readGeometryWithItk(path: string, signal?: AbortSignal): Promise<Geometry> {
  return geometryOf(await ask({ path, informationOnly: true }, signal), path);
}

async function ask(
  { path, informationOnly }: Omit<ItkQuestion, 'id'>,
  signal?: AbortSignal,
): Promise<ItkImage> {
  const current = thread !== undefined && thread.asked < READS_PER_THREAD ? thread : startThread();
  const { worker, pending } = current;
  current.asked++;
  const id = nextId++;
  const stop = (): void => {
    pending
      .get(id)
      ?.failed(new InterruptedError(`interrupted while reading ${path}; what was finished is kept`));
    void worker.terminate();
  };
  signal?.addEventListener('abort', stop, { once: true });
  worker.ref();
  try {
    const answer = await new Promise<ItkAnswer>((done, failed) => {
      pending.set(id, { done, failed });
      worker.postMessage({ id, path, informationOnly } satisfies ItkQuestion);
    });
    if (answer.image !== undefined) return answer.image;
    const reason = answer.failure === undefined || answer.failure.includes(path) ? '' : answer.failure;
    throw new InputError(
      path,
      `ITK's reader refuses the file${reason === '' ? ': it is corrupt, cut short or of another format' : ` (${reason})`}`,
    );
  } finally {
    signal?.removeEventListener('abort', stop);
    pending.delete(id);
    // An idle thread does not keep the process alive; a used-up one ends.
    if (pending.size === 0) {
      if (current.asked >= READS_PER_THREAD) await worker.terminate();
      else worker.unref();
    }
  }
}

function startThread(): NonNullable<typeof thread> {
  // stdout and stderr are held back: the library prints there what its answer says anyway. They are not read either:
  // a stream that is being read keeps the process alive, and the few lines of a thread's reads end with it.
  const worker = new Worker(new URL('./itkThread.js', import.meta.url), {
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const pending = new Map<number, Pending>();
  const end = (error: Error): void => {
    if (thread?.worker === worker) thread = undefined;
    for (const { failed } of pending.values()) failed(error);
  };
  worker.on('message', (answer: ItkAnswer) => pending.get(answer.id)?.done(answer));
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`the thread of ITK's readers ended with code ${code}`)));
  thread = { worker, pending, asked: 0 };
  return thread;
}

function geometryOf(image: ItkImage, path: string): Geometry {
  if (image.dimension !== 3 || image.components !== 1)
    throw new InputError(
      path,
      `expected a scan of 3 dimensions and 1 channel, received ${image.dimension} and ${image.components}`,
    );
  return {
    size: [...image.size] as unknown as Vector3,
    spacingMm: [...image.spacing] as unknown as Vector3,
    originMm: [...image.origin] as unknown as Vector3,
    direction: [...image.direction] as unknown as Matrix3,
  };
}

function voxelsOf({ data, size, componentType }: ItkImage, path: string): VoxelArray {
  if (!ArrayBuffer.isView(data) || data instanceof DataView)
    throw new InputError(path, `ITK's reader returned no voxels (component type ${componentType})`);
  const voxels =
    data instanceof BigInt64Array || data instanceof BigUint64Array
      ? Float64Array.from(data, Number)
      : (data as VoxelArray);
  const expected = size.reduce((product, n) => product * n, 1);
  if (voxels.length !== expected)
    throw new InputError(path, `expected ${expected} voxels, ITK's reader returned ${voxels.length}`);
  return voxels;
}
