import { EngineError, EnvironmentError, messageOf } from '../../errors.js';
import { freeBytes } from '../../freeMemory.js';
import { openEngine } from '../../tensorflow/engine.js';
import { bytesOfStep, type DeviceMemory } from './stepMemory.js';

/** Memory that some of a step's devices share. */
export interface SharedMemory {
  /** As a message names it. */
  readonly name: string;
  readonly devices: readonly string[];
  readonly free: number;
}

/** Each GPU whose memory is known has its own; the CPU's devices take that of this machine, or of the container that this process runs in. */
export function sharedMemories(
  devices: readonly string[],
  gpus: () => readonly (number | undefined)[] = () => openEngine().freeGpuBytes,
): SharedMemory[] {
  const onGpus = devices.filter((device) => gpuOf(device) !== undefined);
  const others = devices.filter((device) => gpuOf(device) === undefined);
  const free = onGpus.length > 0 ? gpus() : [];
  return [
    ...onGpus.flatMap((device): SharedMemory[] => {
      const index = gpuOf(device)!;
      const bytes = free[index];
      return bytes === undefined ? [] : [{ name: `GPU:${index}`, devices: [device], free: bytes }];
    }),
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
