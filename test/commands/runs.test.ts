import assert from 'node:assert/strict';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';
import { voxlab } from './voxlab.js';

test('runs prints a line a run with the settings in which they differ, names damaged ones, and with --json one document', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  const folder = join(dirname(config.data), 'runs');
  for (const [name, learningRate] of [
    ['slow', 1e-5],
    ['fast', 1e-2],
  ] as const)
    await allRecords(train({ ...config, run: join(folder, name), learningRate }));
  const { status, stdout, stderr } = voxlab('runs', folder);
  assert.deepEqual([status, stderr], [0, '']);
  const [head, slow, fast, ...more] = stdout.trimEnd().split('\n');
  assert.match(
    head!,
    /^run +date +epochs +steps +val loss +val AUC +AUC +CPM +data +device +seed +revision +learningRate$/,
  );
  assert.match(
    slow!,
    /^slow +\d{4}-\d\d-\d\d \d\d:\d\d +1\/1 +3 +\d\.\d{4} +[01]\.\d{3} +- +- +[0-9a-f]{8} +.PU:0 +16 .* 0\.00001$/,
  );
  assert.match(fast!, /^fast .* 0\.01$/);
  assert.deepEqual(more, []);

  // Of a checkpoint that the run has no more as its best or its last one: it went on since.
  const evaluation = join(folder, 'fast', 'evaluation', 'holdout-2');
  mkdirSync(evaluation, { recursive: true });
  for (const [step, shown] of [
    [3, / 0\.750 +- /],
    [1, / 0\.750 \(epoch 1\) +- /],
  ] as const) {
    const scores = { rocAuc: 0.75, cpm: null, epoch: 1, step };
    writeFileSync(join(evaluation, 'scores.json'), JSON.stringify(scores));
    assert.match(voxlab('runs', folder).stdout.split('\n')[2]!, shown);
  }

  truncateSync(join(folder, 'fast', 'config.json'), 0);
  const damaged = voxlab('runs', folder, '--sort', 'loss');
  assert.equal(damaged.status, 0);
  assert.match(damaged.stdout, /^fast \(damaged\) /m);
  assert.match(damaged.stderr, /warning: fast is damaged: config\.json: expected the configuration of a run/);
  const document = JSON.parse(voxlab('runs', folder, '--json').stdout);
  assert.deepEqual(Object.keys(document), ['folder', 'runs', 'differing']);
  assert.equal(document.runs[1].problems.length, 1);
  rmSync(folder, { recursive: true });
  const none = voxlab('runs', folder);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /expected a folder of runs, found none/);
  assert.equal(voxlab('runs', folder, '--sort', 'name').status, 2);
});
