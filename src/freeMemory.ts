import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** Memory that programs may still take on this machine, or in the container that this process runs in. */
export function freeBytes(): number {
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(textOf('/proc/meminfo'))?.[1];
  const ofMachine = available === undefined ? freemem() : 1024 * Number(available);
  const limit = Number(textOf('/sys/fs/cgroup/memory.max'));
  const used = Number(textOf('/sys/fs/cgroup/memory.current'));
  return limit > 0 && used > 0 ? Math.min(ofMachine, limit - used) : ofMachine;
}

/** Empty where the system says nothing. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
