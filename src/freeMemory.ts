import { freemem } from 'node:os';
import { readIfThere } from './paths.js';

/** Memory that programs may still take on this machine, or in the container that this process runs in. */
export function freeBytes(): number {
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(readIfThere('/proc/meminfo') ?? '')?.[1];
  const ofMachine = available === undefined ? freemem() : 1024 * Number(available);
  const limit = Number(readIfThere('/sys/fs/cgroup/memory.max'));
  const used = Number(readIfThere('/sys/fs/cgroup/memory.current'));
  return limit > 0 && used > 0 ? Math.min(ofMachine, limit - used) : ofMachine;
}
