import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BALANCED } from '../../../src/config/samplingSettings.js';
import type { RowIndex } from '../../../src/store/hdf5/rowIndex.js';
import { type StartRecord, startRecord } from '../../../src/training/run/trainRecords.js';
import { createLearner } from '../../../src/training/step/createLearner.js';
import { ON_ONE_DEVICE } from '../../../src/training/step/learnerOptions.js';
import { options } from '../decidedBatch.js';
import { trainFixture } from '../trainFixture.js';

const INDEXED: RowIndex = {
  ...{ path: 'a.hdf5', dataset: 'input', rows: 6, valuesPerRow: 512, shape: [6, 512] },
  element: { kind: 'int', bytes: 2, bigEndian: false },
  fillValue: new Uint8Array(2),
  layout: { kind: 'contiguous', offset: 2048 },
};
const SPLIT = {
  positives: Uint32Array.of(0, 1),
  negatives: Uint32Array.of(2, 3, 4),
  validation: Uint32Array.of(5),
  heldOut: Uint32Array.of(6, 7),
};
const SERIES = { labels: '', training: ['a', 'b'], validation: ['c'], heldOut: ['d'] };

test('startRecord() warns of rows without an index, and of batch norm over few rows, unless replicas take their moments together', async (t) => {
  const config = {
    ...(await trainFixture(t)),
    sampling: { ...BALANCED, kind: 'natural' },
    loss: { kind: 'focal', focalGamma: 2, focalAlpha: 0.25, classWeights: 'auto' },
  } as const;
  const startOf = async (syncBatchNorm: boolean): Promise<StartRecord> => {
    const learner = await createLearner({
      ...{ ...options, batchSize: 8, syncBatchNorm },
      parallel: { ...ON_ONE_DEVICE, strategy: 'data', devices: 2 },
    });
    const record = startRecord({
      ...{
        config: { ...config, syncBatchNorm },
        learner,
        split: SPLIT,
        series: SERIES,
        stepsPerEpoch: 1,
        from: undefined,
      },
      memory: await learner.stepMemory(),
      notes: syncBatchNorm ? [] : ['checkpoint epoch-0003 is damaged'],
      input: syncBatchNorm ? INDEXED : { path: 'a.hdf5', dataset: 'input', because: 'it is virtual' },
    });
    learner.dispose();
    return record;
  };
  const alone = await startOf(false);
  assert.equal(alone.parts, '2 scans train, 1 (subset 3) choose the best network, 1 (subset 2) are held out');
  assert.deepEqual([alone.validation, alone.heldOut], [1, 2]);
  assert.equal(
    alone.loss,
    'focal loss (gamma 2, alpha 0.25); class weights 0.833 of others, 1.25 of nodules',
    '2 of 5 rows are nodules',
  );
  assert.equal(alone.warnings[0], 'checkpoint epoch-0003 is damaged');
  assert.match(alone.warnings.join(), /batch norm sees 4 rows at a time: expected at least 8/);
  assert.match(alone.warnings.join(), /read through the HDF5 library.*: it is virtual/);
  assert.deepEqual(
    alone.memory.map(({ device }) => device),
    alone.devices.flat(),
  );
  assert.deepEqual((await startOf(true)).warnings, []);
});
