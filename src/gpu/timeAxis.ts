import type { GpuLog } from './gpuRecord.js';

/**
 * A time for each sample, for figures: samples that share a stamp of whole seconds are spread evenly up to the next stamp.
 * Local ISO 8601 with milliseconds.
 */
export function spreadTimes({ samples }: GpuLog): string[] {
  const stamps = samples.map(({ time }) => millisecondsOf(time));
  const times: string[] = [];
  for (let from = 0; from < stamps.length; ) {
    let to = from;
    while (to < stamps.length && stamps[to] === stamps[from]) to++;
    const span = (stamps[to] ?? stamps[from]! + 1000) - stamps[from]!;
    // A gap in the log is no reason to spread one second's samples over it.
    const step = Math.min(Math.max(span, 0), 1000) / (to - from);
    for (let i = from; i < to; i++) times.push(isoLocal(stamps[from]! + (i - from) * step));
    from = to;
  }
  return times;
}

/** A time in ISO 8601 as milliseconds; one without zone is read as UTC and written as UTC, so that it stays as it is. */
export function millisecondsOf(time: string): number {
  return Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`);
}

function isoLocal(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, -1);
}
