import assert from 'node:assert/strict';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { listRuns } from '../../src/evaluation/runList.js';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

test('listRuns() reads how far runs are, their scores and what differs; sorts them; names what is damaged, and takes older runs', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  const folder = join(dirname(config.data), 'runs');
  const at = (name: string) => ({ ...config, run: join(folder, name) });
  await allRecords(train({ ...at('b'), learningRate: 1e-5 }));
  await allRecords(
    train({ ...at('a'), epochs: 2, seed: 17, optimizer: { ...config.optimizer, name: 'sgd' } }),
  );
  await allRecords(train({ ...at('folds/fold-0'), batchSize: 4 }));
  for await (const record of train(at('begun'))) if (record.kind === 'step') break;
  mkdirSync(join(folder, 'notes'));
  const scores = await evaluate({ run: join(folder, 'a'), checkpoint: 'best' });
  await evaluate({ run: join(folder, 'b'), checkpoint: 'best', part: 'validation' });

  const { runs, differing } = listRuns(folder);
  assert.deepEqual(
    runs.map(({ run }) => run),
    ['b', 'a', 'folds/fold-0', 'begun'],
    'the newest last',
  );
  assert.deepEqual(
    runs.map(({ epoch, step, epochs, problems }) => [epoch, step, epochs, problems.length]),
    [
      [1, 3, 1, 0],
      [2, 6, 2, 0],
      [1, 5, 1, 0],
      [0, 0, 1, 0],
    ],
  );
  assert.deepEqual([...differing].sort(), ['batchSize', 'epochs', 'learningRate', 'optimizer.name']);
  const [b, a] = runs;
  assert.equal(a!.heldOut?.rocAuc, scores.rocAuc);
  assert.deepEqual([b!.heldOut, Object.keys(b!.evaluations)], [null, ['validation']]);
  assert.deepEqual([a!.seed, a!.settings['optimizer.name']], [17, 'sgd']);
  assert.equal(new Set(runs.map(({ data }) => data)).size, 1, 'the same data');
  assert.match(a!.data!, /^[0-9a-f]{8}$/);
  assert.match(a!.device!, /^[CG]PU:0$/);
  assert.equal(runs[3]!.best, null);

  const losses = listRuns(folder, 'loss').runs.map(({ best }) => best?.valLoss);
  assert.deepEqual(
    losses.slice(0, 3),
    losses.slice(0, 3).toSorted((x, y) => x! - y!),
  );
  assert.equal(losses[3], undefined, 'without one comes last');
  assert.equal(listRuns(folder, 'auc').runs[0]!.run, 'a');
  assert.deepEqual(
    listRuns(join(folder, 'a')).runs.map(({ run }) => run),
    ['a'],
  );

  truncateSync(join(folder, 'b', 'config.json'), 10);
  writeFileSync(join(folder, 'a', 'evaluation', 'holdout-2', 'scores.json'), '{"rocAuc": "high"}');
  rmSync(join(folder, 'folds', 'fold-0', 'checkpoints', 'epoch-0001', 'meta.json'));
  rmSync(join(folder, 'begun', 'origin.json'));
  const damaged = new Map(listRuns(folder).runs.map((run) => [run.run, run]));
  assert.equal(damaged.size, 4);
  assert.match(
    damaged.get('b')!.problems.join(),
    /config\.json: expected the configuration of a run, in JSON/,
  );
  assert.deepEqual([damaged.get('b')!.step, damaged.get('b')!.epochs], [3, null], 'the rest is read');
  assert.match(damaged.get('a')!.problems.join(), /scores\.json: rocAuc: expected a number from 0 to 1/);
  assert.match(
    damaged.get('folds/fold-0')!.problems.join(),
    /meta\.json: expected a checkpoint's meta\.json/,
  );
  const older = damaged.get('begun')!;
  assert.deepEqual([older.problems, older.revision, older.data], [[], null, null]);
  assert.ok(Number.isFinite(Date.parse(older.date)));
  assert.throws(() => listRuns(join(folder, 'none')), InputError);
});
