import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
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

test("evaluate() reads the run's own path of now, and refuses what lies there in the data's place", async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  await allRecords(train(config));
  const moved = config.data.replace('16x16x16', 'moved');
  renameSync(config.data, moved);
  await assert.rejects(evaluate({ run: config.run, checkpoint: 'best' }), /16x16x16-patch\.hdf5/);
  // A resume that names the new place keeps it; the best checkpoint is older.
  await allRecords(train({ ...config, epochs: 1, data: moved }, { resume: true }));
  const { rocAuc } = await evaluate({ run: config.run, checkpoint: 'best' });
  const other = await trainFixture(t, undefined, [12, 12, 16]);
  copyFileSync(other.data, moved);
  await assert.rejects(
    evaluate({ run: config.run, checkpoint: 'best' }),
    /moved-patch\.hdf5: expected the data that .*run was trained on, received 40 rows where there were 36.*--data/,
  );
  const asked = await evaluate({ run: config.run, checkpoint: 'best', data: moved });
  assert.equal(asked.rows, 16);
  assert.ok(rocAuc >= 0);
});
