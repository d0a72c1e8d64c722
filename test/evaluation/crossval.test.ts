import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { crossvalScores } from '../../src/evaluation/crossval.js';
import { crossvalConfigs } from '../../src/evaluation/crossvalConfigs.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { scanLabels } from '../../src/feed/rowLabels.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import { train } from '../../src/training/train.js';
import { runPython } from '../python.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

/** Four folds, trained and evaluated as a notebook does. */
async function trainedFolds(t: TestContext): Promise<readonly TrainConfig[]> {
  const config = { ...(await trainFixture(t)), validation: 'auto' as const, epochs: 1 };
  const patches = await openPatchFile(config.data);
  const configs = crossvalConfigs(config, scanLabels(patches));
  patches.close();
  for (const each of configs) {
    await allRecords(train(each));
    await evaluate({ run: each.run, checkpoint: 'best' });
  }
  return configs;
}

test('crossvalScores() pools what each fold held out: the scores are those of one table, by scikit-learn', async (t) => {
  const runs = (await trainedFolds(t)).map(({ run }) => run);
  const scores = await crossvalScores(runs);
  assert.deepEqual(
    scores.folds.map(({ holdout, scans, rows, positives, cpm }) => [holdout, scans, rows, positives, cpm]),
    [0, 1, 2, 3].map((holdout) => [holdout, 1, 12, 3, null]),
  );
  assert.deepEqual([scores.scans, scores.rows, scores.positives, scores.notes], [4, 48, 12, []]);
  const expected = runPython<{ pooled: number; folds: number[]; brier: number; sensitivity: number }>(
    `import csv, json, sys, os, glob
import numpy as np
from sklearn.metrics import roc_auc_score, brier_score_loss
folders = [glob.glob(os.path.join(run, 'evaluation', 'holdout-*'))[0] for run in json.load(sys.stdin)]
def column(folder, name): return np.array([float(row[name]) for row in csv.DictReader(open(os.path.join(folder, 'rows.csv')))])
y, p, q = ([column(folder, name) for folder in folders] for name in ('class', 'probability', 'corrected'))
limits = [json.load(open(os.path.join(folder, 'scores.json')))['threshold'] for folder in folders]
called = np.concatenate([a >= limit for a, limit in zip(p, limits)])
every = np.concatenate(y)
print(json.dumps(dict(pooled=roc_auc_score(every, np.concatenate(p)), folds=[roc_auc_score(a, b) for a, b in zip(y, p)],
  brier=brier_score_loss(every, np.concatenate(q)), sensitivity=float(called[every == 1].mean()))))`,
    runs,
  );
  const near = (value: number, other: number): void =>
    assert.ok(Math.abs(value - other) < 1e-12, `${value} ${other}`);
  near(scores.rocAuc, expected.pooled);
  near(scores.brierCorrected, expected.brier);
  near(scores.sensitivity!, expected.sensitivity);
  for (const [i, fold] of scores.folds.entries()) near(fold.rocAuc, expected.folds[i]!);
  assert.match(
    (await crossvalScores(runs.slice(0, 3))).notes.join(),
    /^1 scans are held out by none of these runs/,
  );
});

test('crossvalScores() refuses scores of scans that a fold has seen, folds that share a scan, other data and settings', async (t) => {
  const configs = await trainedFolds(t);
  const runs = configs.map(({ run }) => run);
  const refuses = async (reason: RegExp, change: (copy: string) => void): Promise<void> => {
    const copy = `${runs[0]}-changed-${Math.random()}`;
    cpSync(runs[0]!, copy, { recursive: true, verbatimSymlinks: true });
    change(copy);
    await assert.rejects(
      crossvalScores([...runs.slice(1), copy]),
      (error) => error instanceof InputError && reason.test(error.message),
      String(reason),
    );
  };
  const edit =
    (path: string, from: string | RegExp, to: string) =>
    (run: string): void => {
      const file = join(run, path);
      const before = readFileSync(file, 'utf8');
      const after = before.replace(from, to);
      assert.notEqual(after, before, path);
      writeFileSync(file, after);
    };
  const rows = 'evaluation/holdout-0/rows.csv';
  await refuses(
    /expected scores of scans that it held out, received scan1, which it has seen/,
    edit(rows, 'scan0', 'scan1'),
  );
  await refuses(/received scan9, which it does not know/, edit(rows, 'scan0', 'scan9'));
  await refuses(
    /received learningRate 0\.5, not 0\.002/,
    edit('config.json', /"learningRate": [\d.]+/, '"learningRate": 0.5'),
  );
  await refuses(/received other data/, edit('split.json', /"labels": "../, '"labels": "zz'));
  await refuses(/no other fold holds out, received scan1 of/, (run) => {
    edit('split.json', /"heldOut": \[\s*"scan0"/, '"heldOut": ["scan1"')(run);
    edit('split.json', /"validation": \[\s*"scan1"/, '"validation": ["scan0"')(run);
    edit(rows, /scan0/g, 'scan1')(run);
  });
  await refuses(
    /expected the scores of its held-out scans, found none: run voxlab evaluate/,
    edit('config.json', '"holdout": 0', '"holdout": 3'),
  );
});
