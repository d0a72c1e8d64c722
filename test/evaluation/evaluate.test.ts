import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, realpathSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

test("evaluate() scores the validation rows as the run's own validation did, and writes LUNA16's table", async (t) => {
  const config = await trainFixture(t);
  const records = await allRecords(train(config));
  const last = records.flatMap((record) => (record.kind === 'validation' ? [record] : [])).at(-1)!;
  const chosen = await evaluate({ run: config.run, checkpoint: 'last', part: 'validation' });
  assert.deepEqual(
    [chosen.part, chosen.scans, chosen.rows, chosen.positives, chosen.accuracy, chosen.rocAuc],
    ['validation', 1, 12, 3, last.accuracy, last.rocAuc],
  );
  assert.deepEqual([chosen.seenInTraining, chosen.choseTheNetwork], [false, true]);
  assert.equal(existsSync(join(config.run, 'predictions.csv')), false, 'that is the held-out ones');
  const evaluation = await evaluate({ run: config.run, checkpoint: 'last' });
  assert.deepEqual(
    [evaluation.part, evaluation.holdout, evaluation.rows, evaluation.positives],
    ['holdout-2', 2, 12, 3],
  );
  assert.deepEqual([evaluation.seenInTraining, evaluation.choseTheNetwork], [false, false]);
  const { predictions } = evaluation.files;
  assert.equal(predictions, join(config.run, 'evaluation', 'holdout-2', 'predictions.csv'));
  assert.equal(realpathSync(join(config.run, 'predictions.csv')), realpathSync(predictions!));
  const lines = readFileSync(predictions!, 'utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'seriesuid,coordX,coordY,coordZ,probability');
  assert.equal(lines.length, 13);
  const [uid, x, y, z, probability] = lines[1]!.split(',');
  assert.deepEqual([uid, x, y, z], ['scan2', '24', '-24', '12']);
  assert.equal(Number(probability), evaluation.findings[0]!.probability);
});

test('evaluate() takes runs of every precision', async (t) => {
  for (const precision of ['float16', 'bfloat16'] as const) {
    const config = { ...(await trainFixture(t)), precision, epochs: 1 };
    await allRecords(train(config));
    const { rows, rocAuc } = await evaluate({ run: config.run, checkpoint: 'last' });
    assert.ok(rows === 12 && rocAuc >= 0 && rocAuc <= 1, precision);
  }
});

test("evaluate() goes by the run's own scans: in data that grew the others are new, whatever their fold would be", async (t) => {
  const four = await trainFixture(t);
  const config = { ...four, folds: 4, holdout: 0, validation: 'auto' as const, epochs: 1 };
  await allRecords(train(config));
  const own = await evaluate({ run: config.run, checkpoint: 'last' });
  const heldOut = new Set(own.findings.map(({ seriesUid }) => seriesUid));
  const { data } = await trainFixture(t, undefined, [12, 12, 12, 12, 12, 12, 12]);
  const grown = await evaluate({ run: config.run, checkpoint: 'last', data });
  assert.deepEqual(new Set(grown.findings.map(({ seriesUid }) => seriesUid)), heldOut);
  assert.deepEqual([grown.part, grown.seenInTraining, grown.rocAuc], ['holdout-0', false, own.rocAuc]);
  assert.match(
    grown.notes.join(),
    /1 scan held out, 1 scan of the validation, 2 scans trained on, 3 scans new: --part new/,
  );
  const added = await evaluate({ run: config.run, checkpoint: 'last', data, part: 'new' });
  assert.deepEqual([added.part, added.scans, added.rows, added.seenInTraining], ['new', 3, 36, false]);
  assert.deepEqual(
    [...new Set(added.findings.map(({ seriesUid }) => seriesUid))],
    ['scan4', 'scan5', 'scan6'],
  );
  await assert.rejects(
    evaluate({ run: config.run, checkpoint: 'last', data, holdout: 0 }),
    /expected the data that the run was trained on, whose 4 folds these are not; .*--part/,
  );
  await assert.rejects(
    evaluate({ run: config.run, checkpoint: 'last', part: 'new' }),
    /expected patches of scans that are new, found none; there are 1 scan held out, 1 scan of the validation, 2 scans trained on$/,
  );
  const { data: copy } = config;
  copyFileSync(copy, `${copy}-copy.hdf5`);
  const ofCopy = await evaluate({
    run: config.run,
    checkpoint: 'last',
    data: `${copy}-copy.hdf5`,
    holdout: 0,
  });
  assert.deepEqual([ofCopy.part, ofCopy.rocAuc, ofCopy.seenInTraining], ['holdout-0', own.rocAuc, false]);
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
  const other = await trainFixture(t, undefined, [12, 12, 16, 12]);
  copyFileSync(other.data, moved);
  await assert.rejects(
    evaluate({ run: config.run, checkpoint: 'best' }),
    /moved-patch\.hdf5: expected the data that .*run was trained on, received 52 rows where there were 48.*--data/,
  );
  const asked = await evaluate({ run: config.run, checkpoint: 'best', data: moved });
  assert.equal(asked.rows, 16);
  assert.ok(rocAuc >= 0);
});
