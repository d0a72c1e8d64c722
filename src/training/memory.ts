import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { EngineError, EnvironmentError, messageOf } from '../errors.js';

/** Free memory of each NVIDIA GPU that this process may use; none where there is no GPU. */
export function freeGpuBytes(
  { CUDA_VISIBLE_DEVICES: visible }: NodeJS.ProcessEnv = process.env,
  ask = askNvidia,
): number[] {
  const free = ask()
    .trim()
    .split('\n')
    .filter((line) => /^\d+, *\d+$/.test(line))
    .map((line) => line.split(',').map(Number) as [index: number, mebibytes: number]);
  const wanted = visible?.split(',').map((index) => Number(index));
  return free
    .filter(([index]) => wanted?.includes(index) ?? true)
    .map(([, mebibytes]) => mebibytes * 2 ** 20);
}

function askNvidia(): string {
  const query = ['--query-gpu=index,memory.free', '--format=csv,noheader,nounits'];
  return spawnSync('nvidia-smi', query, { encoding: 'utf8' }).stdout ?? '';
}

/**
 * Memory that a step of this learner may take: of its GPUs, as much of each as of the fullest, or of this machine or the
 * container that this process runs in.
 */
export function freeBytesFor(
  devices: readonly string[],
  gpus: () => readonly number[] = freeGpuBytes,
): number {
  const onGpus = devices.filter((name) => name.includes(':GPU:')).length;
  const free = onGpus > 0 ? gpus() : [];
  return free.length > 0 ? onGpus * Math.min(...free) : freeBytes();
}

/** Memory that programs may still take on this machine, or in the container that this process runs in. */
export function freeBytes(): number {
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(textOf('/proc/meminfo'))?.[1];
  const ofMachine = available === undefined ? freemem() : 1024 * Number(available);
  const limit = Number(textOf('/sys/fs/cgroup/memory.max'));
  const used = Number(textOf('/sys/fs/cgroup/memory.current'));
  return limit > 0 && used > 0 ? Math.min(ofMachine, limit - used) : ofMachine;
}

/** Throws EnvironmentError where a step needs more than is free, with the batch that would fit. */
export function requireMemory(
  stepBytes: number,
  { batchSize }: { readonly batchSize: number },
  free: number,
): void {
  if (stepBytes <= free) return;
  const fits = Math.floor((batchSize * free) / stepBytes);
  throw new EnvironmentError(
    `a training step needs about ${gigabytes(stepBytes)} of memory beside the weights, ${gigabytes(free)} are free: take a BATCH_SIZE of at most ${Math.max(2, fits)}, more MICRO_BATCHES (they are computed one after the other), or end other programs`,
  );
}

/** Of a step that failed: what to do where memory came to its end; any other error as it is. */
export function explainOutOfMemory(error: unknown, { batchSize }: { readonly batchSize: number }): unknown {
  if (!(error instanceof EngineError && error.outOfMemory)) return error;
  return new EnvironmentError(
    `a training step of ${batchSize} patches found no memory (${messageOf(error)}): take a BATCH_SIZE of ${Math.max(2, batchSize >> 1)} or less, or more MICRO_BATCHES (they are computed one after the other)`,
    { cause: error },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
