import type { GpuProcess } from '../records/gpuRecord.js';

const MEMORY = /\((\d+|\?+)M\)(?:\s+|$)/g;

/**
 * The last column: `user(10945M)`, `user:command/pid(4000M)` and what lies between, separated by blanks; a command may hold
 * blanks and colons. Null for `(Not Supported)`, undefined for a text that does not end as a process does.
 */
export function gpustatProcesses(text: string): readonly GpuProcess[] | null | undefined {
  const column = text.trim();
  if (column === '') return [];
  if (column === '(Not Supported)') return null;
  const found: GpuProcess[] = [];
  let from = 0;
  for (const match of column.matchAll(MEMORY)) {
    found.push(processOf(column.slice(from, match.index), match[1]!));
    from = match.index + match[0].length;
  }
  return from === column.length ? found : undefined;
}

/** gpustat prints the user before the first colon, and `/pid` last, each only on demand. */
function processOf(label: string, memory: string): GpuProcess {
  const pid = /\/(\d+|--)$/.exec(label);
  const named = pid === null ? label : label.slice(0, pid.index);
  const colon = named.indexOf(':');
  return {
    user: knownOrNull(colon < 0 ? named : named.slice(0, colon)),
    command: colon < 0 ? null : knownOrNull(named.slice(colon + 1)),
    pid: pid === null || pid[1] === '--' ? null : Number(pid[1]),
    memoryMiB: memory.startsWith('?') ? null : Number(memory),
  };
}

/** gpustat's words for what it does not know; `((GPU is lost))` stands where a device's name does. */
export function knownOrNull(text: string | null): string | null {
  return text === null || /^(?:|--|\?|\(\(.*\)\))$/.test(text) ? null : text;
}
