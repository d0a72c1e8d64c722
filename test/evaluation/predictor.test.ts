import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCandidates } from '../../src/candidates/candidateTable.js';
import { groupBySeries } from '../../src/candidates/groupBySeries.js';
import { InputError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { openPredictor } from '../../src/evaluation/predictor.js';
import { readVolume } from '../../src/volumes/readVolume.js';
import type { Volume } from '../../src/volumes/voxels/volume.js';
import { trainedOnChests } from './chestRun.js';

test('predict() of a table equals evaluate() on the same patches, bit for bit; of a scan alone it finds the balls; others are refused', async (t) => {
  const { folder, run, candidatesPath } = await trainedOnChests(t);
  const candidates = groupBySeries(readCandidates(candidatesPath));
  const evaluation = await evaluate({ run, checkpoint: 'best' });
  const predictor = await openPredictor(run);
  t.after(() => predictor.close());
  const file = join(folder, 'scans', 'subset2', 'chest2.mhd');
  const volume = await readVolume(file);
  const places = candidates.get('chest2')!;
  const expected = new Map(
    evaluation.findings.map(({ centerWorldMm, probability }) => [centerWorldMm.join(), probability]),
  );
  const { marks, scored } = await predictor.predict(volume, file, { candidates: places });
  assert.equal(scored, evaluation.rows);
  assert.ok(marks.length > places.length / 2);
  for (const { centerWorldMm, networkProbability } of marks)
    assert.equal(networkProbability, expected.get(centerWorldMm.join()), `${centerWorldMm}`);
  assert.ok(
    marks.every(
      ({ networkProbability }, i) => i === 0 || networkProbability <= marks[i - 1]!.networkProbability,
    ),
  );

  const alone = await predictor.predict(volume, file, { most: 60 });
  assert.ok(alone.scored === 60 && alone.marks.length <= 60);
  for (const ball of places.filter((candidate) => candidate.class === 1)) {
    const near = alone.marks.some(({ centerWorldMm: [x, y, z] }) => {
      const [bx, by, bz] = ball.centerWorldMm;
      return Math.hypot(x - bx, y - by, z - bz) < 5;
    });
    assert.ok(near, `the ball at ${ball.centerWorldMm}`);
  }
  const refuses = (other: Volume, reason: RegExp): Promise<void> =>
    assert.rejects(
      predictor.predict(other, 'scan.mhd'),
      (error) => error instanceof InputError && reason.test(error.message),
    );
  await refuses(
    { ...volume, spacingMm: [1, 1, 6] },
    /scan\.mhd: expected slices of at most 5 mm, received 6 mm/,
  );
  await refuses({ ...volume, data: new Int16Array(volume.data.length) }, /no lungs were found/);
});
