import type { EpochRecord } from '../training/run/metricsLog.js';
import { linearTicks } from './drawing/ticks.js';
import type { HostOverTime } from './useOverTime.js';

/** A moment of a run: the end of an epoch. */
export interface RunMoment {
  readonly step: number;
  readonly label: string;
}

/** The ends of a run's epochs, to be marked over the use of the machine. */
export function epochEnds(records: Iterable<{ readonly kind: string }>): RunMoment[] {
  const ends: RunMoment[] = [];
  for (const record of records)
    if (isEpoch(record)) ends.push({ step: record.step, label: `epoch ${record.epoch}` });
  return ends;
}

function isEpoch(record: { readonly kind: string }): record is EpochRecord {
  return record.kind === 'epoch';
}

/** About so many steps are marked. */
const STEP_MARKS = 6;

/** When the run was at some moments, by default at some steps: by the steps that the recording has. */
export function runMarks(
  { columns, tracks: { step: track } }: HostOverTime,
  moments: readonly RunMoment[] | undefined,
): { x: number; label: string }[] {
  if (track === undefined) return [];
  const first = columns.find(({ cells }) => cells[track] !== undefined)?.cells[track]?.low ?? 0;
  const last = columns.reduce((highest, { cells }) => Math.max(highest, cells[track]?.high ?? 0), 0);
  const wanted =
    moments ??
    linearTicks(first, last, STEP_MARKS)
      .filter(({ value }) => Number.isInteger(value))
      .map(({ value }) => ({ step: value, label: `step ${value}` }));
  return wanted.flatMap(({ step, label }) => {
    if (step < first || step > last) return [];
    const column = columns.find(({ cells }) => (cells[track]?.high ?? 0) >= step);
    return column === undefined ? [] : [{ x: column.from, label }];
  });
}
