import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feedFigure } from '../../src/figures/feedFigure.js';
import type { EpochRecord, StepRecord } from '../../src/training/run/metricsLog.js';

const step = (n: number, waitShare: number, batchesReady: number): StepRecord => ({
  ...{ kind: 'step', epoch: 1, step: n, loss: 1, accuracy: 0.5, patchesPerSecond: 1, learningRate: 1e-3 },
  waitShare,
  batchesReady,
  ms: { wait: 1, copy: 1, compute: 1, reduce: 1, update: 1 },
});
const epoch: EpochRecord = {
  ...{ kind: 'epoch', epoch: 1, step: 2, seconds: 1, patchesPerSecond: 1, checkpoint: '', best: true },
  starvedShare: 0.1,
  feed: { rows: 128, rowsPerSecond: 1234.5, megabytesPerSecond: 80, busyShare: 0.3, slots: 4 },
};

test('feedFigure() draws waits, the filled part of the ring, and the readers of each epoch, in percent', () => {
  const figure = feedFigure([{ kind: 'start' }, step(1, 0.2, 0), step(2, 0, 3), epoch]);
  assert.match(figure.title, /1235 rows\/s, steps starved 10\.00 %/);
  assert.deepEqual(
    figure.traces.map(({ name, x, y }) => [name, x, y]),
    [
      ['batches ready, of 4', [1, 2], [0, 75]],
      ['step waits for its batch', [1, 2], [20, 0]],
      ['reader threads read', [2], [30]],
    ],
  );
});

test('feedFigure() can be drawn before the first epoch ends, and before the first step', () => {
  assert.deepEqual(feedFigure([step(1, 0, 2)]).traces[0]?.y, [100]);
  assert.match(feedFigure([]).svg(), /^<svg/);
});
