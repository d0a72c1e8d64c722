import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EngineError } from '../../src/errors.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from './trainFixture.js';

test('a network that predicts NaN ends the run with step and learning rate, and leaves no checkpoint of it', async (t) => {
  // One step an epoch: its own loss is a number, its weights are none.
  const config = {
    ...(await trainFixture(t)),
    ...{ network: 'resnet3d-18', batchSize: 22, learningRate: 10, l2: 0, epochs: 2 },
  };
  await assert.rejects(
    allRecords(train(config)),
    (error) =>
      error instanceof EngineError &&
      /predicts NaN after step 1 \(epoch 1, learning rate 10\); .*begin another run with a lower LEARNING_RATE/.test(
        error.message,
      ),
  );
  assert.equal(existsSync(join(config.run, 'last')), false);
});

test('a run that stopped early says so, and a resume of it learns nothing more', async (t) => {
  // The weights stay: batch norm's averages alone move the loss, down and up.
  const config = { ...(await trainFixture(t)), learningRate: 1e-12, earlyStopping: 1, epochs: 9 };
  const end = (await allRecords(train(config))).at(-1);
  assert.ok(end?.kind === 'end');
  assert.equal(end.stoppedEarly, true);
  assert.ok(end.epochs < 9);
  const before = readMetrics(config.run);
  const again = await allRecords(train(config, { resume: true }));
  assert.deepEqual(
    again.map(({ kind }) => kind),
    ['start', 'end'],
  );
  assert.deepEqual(again.at(-1), end);
  assert.deepEqual(readMetrics(config.run), before);
});
