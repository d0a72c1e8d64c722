import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

test("evaluate() scores the held-out rows as the run's own validation did, and writes LUNA16's table", async (t) => {
  const config = await trainFixture(t);
  const records = await allRecords(train(config));
  const last = records.flatMap((record) => (record.kind === 'validation' ? [record] : [])).at(-1)!;
  const evaluation = await evaluate({ run: config.run, checkpoint: 'last' });
  assert.deepEqual(
    [evaluation.holdout, evaluation.rows, evaluation.positives, evaluation.accuracy, evaluation.rocAuc],
    [2, 12, 3, last.accuracy, last.rocAuc],
  );
  assert.equal(evaluation.seenInTraining, false);
  const lines = readFileSync(evaluation.files.predictions!, 'utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'seriesuid,coordX,coordY,coordZ,probability');
  assert.equal(lines.length, 13);
  const [uid, x, y, z, probability] = lines[1]!.split(',');
  assert.deepEqual([uid, x, y, z], ['scan2', '24', '-24', '12']);
  assert.equal(Number(probability), evaluation.findings[0]!.probability);
});

test('evaluate() says when the subset was seen in training, and names a run or subset that is not there', async (t) => {
  const config = await trainFixture(t);
  await allRecords(train({ ...config, epochs: 1 }));
  assert.equal((await evaluate({ run: config.run, checkpoint: 'best', holdout: 0 })).seenInTraining, true);
  await assert.rejects(evaluate({ run: config.run, checkpoint: 'best', holdout: 9 }), /HOLDOUT 9/);
  await assert.rejects(evaluate({ run: 'no/run', checkpoint: 'best' }), InputError);
});
