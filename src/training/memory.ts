import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { EnvironmentError } from '../errors.js';

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
