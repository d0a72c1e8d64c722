import { availableParallelism } from 'node:os';
import { type FeedReport, RowFeed } from '../feed/rowFeed.js';
import { given } from '../given.js';
import type { PatchFile } from '../store/patchFile.js';
import type { EpochRecord } from './run/metricsLog.js';
import type { TrainConfig } from './run/trainConfig.js';

/** Reading takes little beside computing: more threads than this wait for each other's disk. */
const MOST_READERS = 4;
/** Batches under way: one in use, one being read, and some against a hiccup of the disk. */
const SLOTS = 4;

/** Threads that feed a learner with the rows of a patch file; augmented as the run's settings say. */
export function openFeed(
  patches: PatchFile,
  {
    augment,
    crop,
    seed,
    windowHu,
    readers,
    timeoutSeconds,
    valueScale,
  }: Pick<
    TrainConfig,
    'augment' | 'crop' | 'seed' | 'windowHu' | 'readers' | 'timeoutSeconds' | 'valueScale'
  >,
  batchRows: number,
): RowFeed {
  return new RowFeed({
    access: { ...patches.input, ...given({ scale: valueScale }) },
    patch: patches.format,
    crop,
    batchRows,
    readers: readers > 0 ? readers : Math.min(MOST_READERS, availableParallelism()),
    slots: SLOTS,
    limitMs: 1000 * timeoutSeconds,
    // Gamma bends the window that the network sees.
    augment: { plan: { ...augment, windowHu }, seed },
  });
}

/** What an epoch's steps, which took `ms`, made of the feed. */
export function readingOf(
  before: FeedReport,
  after: FeedReport,
  ms: number,
): Pick<EpochRecord, 'starvedShare' | 'feed'> {
  const since = (what: keyof FeedReport): number => after[what] - before[what];
  const readerMs = since('busyMs') + since('idleMs');
  return {
    starvedShare: since('waitMs') / ms,
    feed: {
      rows: since('rows'),
      rowsPerSecond: (1000 * since('rows')) / ms,
      megabytesPerSecond: since('bytes') / 1000 / ms,
      busyShare: readerMs > 0 ? since('busyMs') / readerMs : 0,
      slots: SLOTS,
    },
  };
}
