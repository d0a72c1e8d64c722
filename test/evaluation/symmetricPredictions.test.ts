import assert from 'node:assert/strict';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { predictSymmetric, symmetriesOf } from '../../src/evaluation/symmetricPredictions.js';
import type { RowFeed } from '../../src/feed/rowFeed.js';
import type { Learner } from '../../src/training/step/learner.js';
import { train } from '../../src/training/train.js';
import { runPython } from '../python.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

test("symmetriesOf(): 8 flips and 48 symmetries of a cube are numpy's flips of transposed arrays, all different", () => {
  const reference = runPython<number[][]>(
    `import json, sys, itertools, numpy as np
q = json.load(sys.stdin)
a = np.arange(np.prod(q['size'])).reshape(q['size'])
orders = list(itertools.permutations(range(3))) if q['cube'] else [(0, 1, 2)]
print(json.dumps([np.flip(a.transpose(order), [x for x in range(3) if bits >> x & 1]).ravel().tolist() for order in orders for bits in range(8)]))`,
    { size: [3, 3, 3], cube: true },
  );
  const cube = symmetriesOf('cube', [3, 3, 3]).map((from) => [...from]);
  assert.deepEqual(cube, reference);
  assert.equal(new Set(cube.map(String)).size, 48);
  const flips = runPython<number[][]>(
    `import json, numpy as np
a = np.arange(24).reshape(2, 3, 4)
print(json.dumps([np.flip(a, [x for x in range(3) if bits >> x & 1]).ravel().tolist() for bits in range(8)]))`,
  );
  assert.deepEqual(
    symmetriesOf('flips', [2, 3, 4]).map((from) => [...from]),
    flips,
  );
  assert.throws(() => symmetriesOf('cube', [2, 3, 3]), /patches of equal sides .*received 3x3x2; take flips/);
});

test('predictSymmetric() is the mean over the images of each row, which does not depend on how a patch lies', async () => {
  // A network that looks at one corner: its images have each corner there, three times in each of the 48.
  const corner = (patch: Int16Array): number => patch[0]! / 100;
  const learner = {
    batchSize: 2,
    predict: async (input: Int16Array, rows: number) => ({
      probabilities: Float32Array.from({ length: rows }, (_, row) => corner(input.subarray(8 * row))),
    }),
  } as unknown as Learner;
  const rows = Uint32Array.of(4, 5, 6);
  const patches = [10, 20, 30].map((base) => Int16Array.from({ length: 8 }, (_, i) => base + i));
  const feed = {
    async *batches() {
      for (const some of [[0, 1], [2]])
        yield {
          rows: rows.slice(some[0], some.at(-1)! + 1),
          inputHu: Int16Array.from(some.flatMap((row) => [...patches[row]!])),
        };
    },
  } as unknown as RowFeed;
  const done: number[] = [];
  for (const group of ['flips', 'cube'] as const) {
    const means = await predictSymmetric(learner, feed, rows, {
      ...{ group, size: [2, 2, 2] },
      onRows: (count) => done.push(count),
    });
    for (const [row, base] of [10, 20, 30].entries())
      assert.ok(Math.abs(means[row]! - (base + 3.5) / 100) < 1e-6);
  }
  assert.deepEqual(done, [2, 3, 2, 3]);
});

test('evaluate() with tta writes beside the plain evaluation, which the links of the run go on to name', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  await allRecords(train(config));
  const plain = await evaluate({ run: config.run, checkpoint: 'last' });
  const before = readFileSync(plain.files.scores!, 'utf8');
  for (const tta of ['flips', 'cube'] as const) {
    const evaluation = await evaluate({ run: config.run, checkpoint: 'last', tta });
    assert.equal(evaluation.part, `holdout-2-tta-${tta}`);
    assert.equal(evaluation.seenInTraining, false);
    const scores = JSON.parse(readFileSync(evaluation.files.scores!, 'utf8'));
    assert.equal(scores.tta, tta);
    const changes = evaluation.findings.map(({ probability }, i) =>
      Math.abs(probability - plain.findings[i]!.probability),
    );
    assert.ok(Math.max(...changes) > 1e-4, 'other numbers');
    assert.ok(Math.max(...changes) < 0.5, 'of the same patches');
  }
  assert.equal(readFileSync(plain.files.scores!, 'utf8'), before);
  assert.equal(realpathSync(join(config.run, 'predictions.csv')), realpathSync(plain.files.predictions!));
  assert.ok(existsSync(join(config.run, 'evaluation', 'holdout-2-tta-flips', 'predictions.csv')));
});
