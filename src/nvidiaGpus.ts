import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { decimalNumber } from './decimal.js';

/** A GPU of this machine, as nvidia-smi lists it. */
export interface NvidiaGpu {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** All its memory, in the driver's words: `143771 MiB`. */
  readonly memory: string;
  /** Undefined where the driver does not say (`[N/A]`, as of a GPU that is divided by MIG). */
  readonly freeBytes: number | undefined;
  /** The driver's version. */
  readonly driver: string;
}

const FIELDS = ['index', 'uuid', 'name', 'memory.total', 'memory.free', 'driver_version'];
const QUESTION = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader'];
/** A driver that has slept takes seconds to answer; one that does not answer keeps no training from its beginning. */
const ANSWER_MS = 20_000;

/** This machine's NVIDIA GPUs; none where nvidia-smi is missing or does not say. */
export function nvidiaGpus(ask = askNvidia): NvidiaGpu[] {
  return ask().split('\n').flatMap(gpuOfLine);
}

/** As nvidiaGpus(), without holding the thread up. Rejects where nvidia-smi is missing or fails. */
export async function awaitNvidiaGpus(): Promise<NvidiaGpu[]> {
  const { stdout } = await promisify(execFile)('nvidia-smi', QUESTION, { timeout: ANSWER_MS });
  return nvidiaGpus(() => stdout);
}

/**
 * Free memory of each NVIDIA GPU that this process may use, in the order in which TensorFlow numbers them; undefined of one
 * that nvidia-smi does not tell. Nothing where there is no GPU, or where none of it is certain: TensorFlow has taken all memory itself
 * (TF_FORCE_GPU_ALLOW_GROWTH), or GPUs of several kinds have other numbers for CUDA (the fastest first) than for nvidia-smi.
 */
export function freeGpuBytes(
  environment: NodeJS.ProcessEnv = process.env,
  ask = askNvidia,
): (number | undefined)[] {
  if ((environment.TF_FORCE_GPU_ALLOW_GROWTH ?? 'true') !== 'true') return [];
  const listed = nvidiaGpus(ask);
  const words = visibleWords(environment);
  const byNumber = words === undefined || words.some((word) => /^\d+$/.test(word));
  const alike = new Set(listed.map(({ name }) => name)).size <= 1;
  if (byNumber && !alike && environment.CUDA_DEVICE_ORDER !== 'PCI_BUS_ID') return [];
  return visibleOf(listed, words).map((gpu) => gpu?.freeBytes);
}

/** Numbers of this machine's NVIDIA GPUs; none where the driver does not say. */
export function gpuNumbers(ask = askNvidia): number[] {
  return nvidiaGpus(ask).map(({ index }) => index);
}

/** Kinds of the NVIDIA GPUs that this process may use. */
export function gpuNames(environment: NodeJS.ProcessEnv = process.env, ask = askNvidia): string[] {
  const visible = visibleOf(nvidiaGpus(ask), visibleWords(environment));
  return [...new Set(visible.map((gpu) => gpu?.name ?? 'a part of a GPU'))];
}

/** What CUDA_VISIBLE_DEVICES lists; undefined where it is not set. */
function visibleWords({ CUDA_VISIBLE_DEVICES: visible }: NodeJS.ProcessEnv): string[] | undefined {
  return visible?.split(',').map((word) => word.trim());
}

/** As CUDA reads the variable: numbers, beginnings of UUIDs and parts of MIG, up to the first that is none. Without it, all. */
function visibleOf(
  listed: readonly NvidiaGpu[],
  words: readonly string[] | undefined,
): readonly (NvidiaGpu | undefined)[] {
  if (words === undefined) return listed;
  const found: (NvidiaGpu | undefined)[] = [];
  for (const word of words) {
    const isPart = word.startsWith('MIG-');
    const gpu = listed.find(({ index, uuid }) =>
      word.startsWith('GPU-') ? uuid.startsWith(word) : decimalNumber(word) === index,
    );
    if (gpu === undefined && !isPart) break;
    found.push(isPart ? undefined : gpu);
  }
  return found;
}

function gpuOfLine(line: string): NvidiaGpu[] {
  const found = /^(\d+), *(GPU-[^,]+), *(.*), *([^,]+), *([^,]+), *([^,]+)$/.exec(line.trim());
  if (found === null) return [];
  const [, index, uuid, name, memory, free, driver] = found as unknown as string[] & { length: 7 };
  const mebibytes = /^(\d+) MiB$/.exec(free!)?.[1];
  const freeBytes = mebibytes === undefined ? undefined : Number(mebibytes) * 2 ** 20;
  return [{ index: Number(index), uuid: uuid!, name: name!, memory: memory!, freeBytes, driver: driver! }];
}

function askNvidia(): string {
  return spawnSync('nvidia-smi', QUESTION, { encoding: 'utf8', timeout: ANSWER_MS }).stdout ?? '';
}
