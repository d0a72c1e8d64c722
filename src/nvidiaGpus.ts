import { spawnSync } from 'node:child_process';
import { decimalNumber } from './decimal.js';

interface ListedGpu {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** Undefined where the driver does not say (`[N/A]`, as of a GPU that is divided by MIG). */
  readonly free: number | undefined;
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
  const listed = listedGpus(ask);
  const words = visibleWords(environment);
  const byNumber = words === undefined || words.some((word) => /^\d+$/.test(word));
  const alike = new Set(listed.map(({ name }) => name)).size <= 1;
  if (byNumber && !alike && environment.CUDA_DEVICE_ORDER !== 'PCI_BUS_ID') return [];
  return visibleOf(listed, words).map((gpu) => gpu?.free);
}

/** Numbers of this machine's NVIDIA GPUs; none where the driver does not say. */
export function gpuNumbers(ask = askNvidia): number[] {
  return listedGpus(ask).map(({ index }) => index);
}

/** Kinds of the NVIDIA GPUs that this process may use. */
export function gpuNames(environment: NodeJS.ProcessEnv = process.env, ask = askNvidia): string[] {
  const visible = visibleOf(listedGpus(ask), visibleWords(environment));
  return [...new Set(visible.map((gpu) => gpu?.name ?? 'a part of a GPU'))];
}

/** What CUDA_VISIBLE_DEVICES lists; undefined where it is not set. */
function visibleWords({ CUDA_VISIBLE_DEVICES: visible }: NodeJS.ProcessEnv): string[] | undefined {
  return visible?.split(',').map((word) => word.trim());
}

/** As CUDA reads the variable: numbers, beginnings of UUIDs and parts of MIG, up to the first that is none. Without it, all. */
function visibleOf(
  listed: readonly ListedGpu[],
  words: readonly string[] | undefined,
): readonly (ListedGpu | undefined)[] {
  if (words === undefined) return listed;
  const found: (ListedGpu | undefined)[] = [];
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

function listedGpus(ask: () => string): ListedGpu[] {
  return ask().split('\n').flatMap(listedGpu);
}

function listedGpu(line: string): ListedGpu[] {
  const found = /^(\d+), *(GPU-[^,]+), *(.*), *([^,]+)$/.exec(line.trim());
  if (found === null) return [];
  const [, index, uuid, name, mebibytes] = found as unknown as [string, string, string, string, string];
  const free = /^\d+$/.test(mebibytes) ? Number(mebibytes) * 2 ** 20 : undefined;
  return [{ index: Number(index), uuid, name, free }];
}

/** A driver that does not answer keeps no training from its beginning. */
const ANSWER_MS = 20_000;

function askNvidia(): string {
  const query = ['--query-gpu=index,uuid,name,memory.free', '--format=csv,noheader,nounits'];
  return spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: ANSWER_MS }).stdout ?? '';
}
