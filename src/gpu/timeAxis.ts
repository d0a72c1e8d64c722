import type { GpuSample } from './gpuRecord.js';

/**
 * A time for each sample, for figures: samples that share a stamp of whole seconds are spread evenly up to the next stamp.
 * Local ISO 8601 with milliseconds; null for a sample without time.
 */
export function spreadTimes({ samples }: { readonly samples: readonly GpuSample[] }): (string | null)[] {
  const stamps = samples.map(({ time }) => (time === null ? null : millisecondsOf(time)));
  const times: (string | null)[] = [];
  for (let from = 0; from < stamps.length; ) {
    const stamp = stamps[from]!;
    let to = from;
    while (to < stamps.length && stamps[to] === stamp) to++;
    if (stamp === null) for (let i = from; i < to; i++) times.push(null);
    else {
      const span = (stamps[to] ?? stamp + 1000) - stamp;
      // A gap in the log is no reason to spread one second's samples over it.
      const step = Math.min(Math.max(span, 0), 1000) / (to - from);
      for (let i = from; i < to; i++) times.push(isoLocal(stamp + (i - from) * step));
    }
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
