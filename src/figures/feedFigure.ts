import type { EpochRecord, StepRecord } from '../training/metricsLog.js';
import { type Chart, chart, PALETTE } from './figure.js';

/** What it is drawn from; other records are left alone. */
export type FeedDrawable = StepRecord | EpochRecord | { readonly kind: 'start' | 'validation' | 'end' };

/**
 * How a run was fed, in percent over its steps: the part of each step that waited for its batch, how full the ring of batches
 * was, and how busy the reader threads were in each epoch. A full ring and idle readers: the device is the limit.
 */
export function feedFigure(records: readonly FeedDrawable[]): Chart {
  const steps = records.filter((record) => record.kind === 'step');
  const epochs = records.filter((record) => record.kind === 'epoch');
  const x = steps.map(({ step }) => step);
  const slots = epochs.at(-1)?.feed.slots ?? Math.max(1, ...steps.map(({ batchesReady }) => batchesReady));
  return chart({
    title: titleOf(epochs),
    x: { title: 'step' },
    y: { title: '%', range: [0, 100] },
    traces: [
      {
        name: `batches ready, of ${slots}`,
        x,
        y: steps.map(({ batchesReady }) => (100 * batchesReady) / slots),
        color: '#b7d5ea',
        width: 1,
      },
      {
        name: 'step waits for its batch',
        x,
        y: steps.map(({ waitShare }) => 100 * waitShare),
        color: PALETTE[1],
      },
      {
        name: 'reader threads read',
        x: epochs.map(({ step }) => step),
        y: epochs.map(({ feed }) => 100 * feed.busyShare),
        color: PALETTE[2],
        markers: true,
      },
    ],
  });
}

function titleOf(epochs: readonly EpochRecord[]): string {
  const last = epochs.at(-1);
  if (last === undefined) return 'Reading';
  const { starvedShare, feed } = last;
  return `Reading: ${feed.rowsPerSecond.toFixed(0)} rows/s, steps starved ${(100 * starvedShare).toFixed(2)} % of the last epoch`;
}
