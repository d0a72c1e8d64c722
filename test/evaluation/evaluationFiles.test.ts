import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { evaluatedParts, evaluationFolder, readScores } from '../../src/evaluation/evaluationFiles.js';

function runWith(t: TestContext, parts: Readonly<Record<string, unknown>>): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-scores-'));
  t.after(() => rmSync(run, { recursive: true }));
  for (const [part, scores] of Object.entries(parts)) {
    mkdirSync(evaluationFolder(run, part), { recursive: true });
    writeFileSync(join(evaluationFolder(run, part), 'scores.json'), JSON.stringify(scores));
  }
  return run;
}

test('readScores() takes what is used again, and null for what an earlier version did not say', (t) => {
  const now = { rocAuc: 0.75, cpm: 0.5, epoch: 2, step: 20, threshold: 0.4, brier: 0.1 };
  const run = runWith(t, { 'holdout-5': now, validation: { rocAuc: 0.75, cpm: null } });
  assert.deepEqual(readScores(run, 'holdout-5'), {
    ...{ rocAuc: 0.75, cpm: 0.5, epoch: 2, step: 20, threshold: 0.4 },
  });
  assert.deepEqual(readScores(run, 'validation'), {
    ...{ rocAuc: 0.75, cpm: null, epoch: null, step: null, threshold: null },
  });
  assert.equal(readScores(run, 'new'), undefined);
});

test('readScores() refuses what are no scores, by the key', (t) => {
  const run = runWith(t, {
    a: { rocAuc: 1.5 },
    b: { rocAuc: 0.5, cpm: 'high' },
    c: { rocAuc: 0.5, step: 1.5 },
  });
  for (const [part, key] of [
    ['a', 'rocAuc'],
    ['b', 'cpm'],
    ['c', 'step'],
  ] as const)
    assert.throws(() => readScores(run, part), new RegExp(`scores\\.json: ${key}: expected`));
});

test('evaluatedParts() names the parts that have scores, and none of a run without', (t) => {
  const run = runWith(t, { validation: {}, 'holdout-5': {} });
  mkdirSync(evaluationFolder(run, 'empty'));
  assert.deepEqual(evaluatedParts(run), ['holdout-5', 'validation']);
  assert.deepEqual(evaluatedParts(join(run, 'none')), []);
});
