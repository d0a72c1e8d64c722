import { percent } from '../percent.js';
import type { EpochRecord, StepRecord } from '../training/run/metricsLog.js';
import { type Chart, chart } from './charts/chart.js';
import { EACH_BATCH, PALETTE } from './charts/chartSpec.js';
import { ThinnedCurve } from './charts/thinnedCurve.js';

/** What it is drawn from; other records are left alone. */
export type FeedDrawable = StepRecord | EpochRecord | { readonly kind: 'start' | 'validation' | 'end' };

/**
 * How a run was fed, in percent over its steps: the part of each step that waited for its batch, how full the ring of batches
 * was, and how busy the reader threads were in each epoch. A full ring and idle readers: the device is the limit.
 * @example
 * display(feedFigure(metricsOf(inRepository('runs/start'))));
 */
export function feedFigure(records: Iterable<FeedDrawable>): Chart {
  const ready = new ThinnedCurve();
  const waits = new ThinnedCurve();
  const busy = new ThinnedCurve();
  let mostReady = 1;
  let last: EpochRecord | undefined;
  for (const record of records) {
    if (record.kind === 'step') {
      ready.add(record.step, record.batchesReady);
      waits.add(record.step, 100 * record.waitShare);
      mostReady = Math.max(mostReady, record.batchesReady);
    } else if (record.kind === 'epoch') {
      busy.add(record.step, 100 * record.feed.busyShare);
      last = record;
    }
  }
  const slots = last?.feed.slots ?? mostReady;
  const { x, y } = ready.points();
  return chart({
    title: titleOf(last),
    x: { title: 'step' },
    y: { title: '%', range: [0, 100] },
    traces: [
      {
        name: `batches ready, of ${slots}`,
        x,
        y: y.map((batches) => (100 * batches) / slots),
        color: EACH_BATCH,
        width: 1,
      },
      { name: 'step waits for its batch', ...waits.points(), color: PALETTE[1] },
      { name: 'reader threads read', ...busy.points(), color: PALETTE[2], markers: true },
    ],
  });
}

function titleOf(last: EpochRecord | undefined): string {
  if (last === undefined) return 'Reading';
  const { starvedShare, feed } = last;
  return `Reading: ${feed.rowsPerSecond.toFixed(0)} rows/s, steps starved ${percent(starvedShare, 2)} of the last epoch`;
}
