import { freemem } from 'node:os';
import { textIfThere } from './textIfThere.js';

/** Memory that programs may still take on this machine, or in the container that this process runs in. */
export function freeBytes(): number {
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(textIfThere('/proc/meminfo') ?? '')?.[1];
  const ofMachine = available === undefined ? freemem() : 1024 * Number(available);
  const limit = Number(textIfThere('/sys/fs/cgroup/memory.max'));
  const used = Number(textIfThere('/sys/fs/cgroup/memory.current'));
  return limit > 0 && used > 0 ? Math.min(ofMachine, limit - used) : ofMachine;
}
