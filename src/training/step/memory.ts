import { spawnSync } from 'node:child_process';
import { decimalNumber } from '../../decimal.js';
import { EngineError, EnvironmentError, messageOf } from '../../errors.js';
import { freeBytes } from '../../freeMemory.js';
import { bytesOfStep, type DeviceMemory } from './stepMemory.js';

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
  const wanted = visible?.split(',').map(decimalNumber);
  return free
    .filter(([index]) => wanted?.includes(index) ?? true)
    .map(([, mebibytes]) => mebibytes * 2 ** 20);
}

function askNvidia(): string {
  const query = ['--query-gpu=index,memory.free', '--format=csv,noheader,nounits'];
  return spawnSync('nvidia-smi', query, { encoding: 'utf8' }).stdout ?? '';
}

/** Memory that some of a step's devices share. */
export interface SharedMemory {
  /** As a message names it. */
  readonly name: string;
  readonly devices: readonly string[];
  readonly free: number;
}

/** Each GPU has its own; the CPU's devices take that of this machine, or of the container that this process runs in. */
export function sharedMemories(
  devices: readonly string[],
  gpus: () => readonly number[] = freeGpuBytes,
): SharedMemory[] {
  const onGpus = devices.filter((device) => gpuOf(device) !== undefined);
  const others = devices.filter((device) => gpuOf(device) === undefined);
  const free = onGpus.length > 0 ? gpus() : [];
  return [
    ...(free.length === 0
      ? []
      : onGpus.map((device) => {
          const index = gpuOf(device)!;
          return { name: `GPU:${index}`, devices: [device], free: free[index] ?? Math.min(...free) };
        })),
    ...(others.length > 0 ? [{ name: 'this machine', devices: others, free: freeBytes() }] : []),
  ];
}

function gpuOf(device: string): number | undefined {
  const index = /:GPU:(\d+)/.exec(device)?.[1];
  return index === undefined ? undefined : Number(index);
}

/** Throws EnvironmentError where a step needs more than is free, with the batch that would fit. */
export function requireMemory(
  step: readonly DeviceMemory[],
  { batchSize }: { readonly batchSize: number },
  memories: readonly SharedMemory[],
): void {
  const needs = memories.map(({ devices, ...memory }) => ({
    ...memory,
    bytes: bytesOfStep(step.filter(({ device }) => devices.includes(device))),
  }));
  const scarce = needs.toSorted((a, b) => b.bytes / b.free - a.bytes / a.free)[0];
  if (scarce === undefined || scarce.bytes <= scarce.free) return;
  const fits = Math.floor((batchSize * scarce.free) / scarce.bytes);
  throw new EnvironmentError(
    `a training step needs about ${gigabytes(scarce.bytes)} of memory beside the weights on ${scarce.name}, ${gigabytes(scarce.free)} are free: take a BATCH_SIZE of at most ${Math.max(2, fits)}, more MICRO_BATCHES (they are computed one after the other), or end other programs`,
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
