import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { networkNotes } from '../../src/commands/networkNotes.js';

const NETWORK = {
  meta: { epoch: 2, step: 20, config: { holdout: 5 }, data: { rows: 200, positives: 50, series: 9 } },
  format: { dim: 32, slices: 16 },
};

function runFolder(t: TestContext): string {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-notes-'));
  t.after(() => rmSync(run, { recursive: true }));
  const split = { labels: '0', training: ['a'], validation: ['b'], heldOut: ['c'], earlier: ['d'] };
  writeFileSync(join(run, 'split.json'), JSON.stringify(split));
  return run;
}

function writeScores(run: string, part: string, scores: Readonly<Record<string, unknown>>): void {
  mkdirSync(join(run, 'evaluation', part), { recursive: true });
  writeFileSync(join(run, 'evaluation', part, 'scores.json'), JSON.stringify(scores));
}

test("networkNotes() says the network's data and share of nodules, and that it was not evaluated", (t) => {
  const [network, share, score, ...seen] = networkNotes(runFolder(t), NETWORK, 'new');
  assert.match(
    network!,
    /epoch 2; of the 9 scans of its patch file \(200 patches of 32 x 32 x 16 voxels, 50 of them nodules\) 1 trained it \(its first weights had seen 1\), 1 chose it, 1 held out$/,
  );
  assert.match(share!, /25\.0 %/);
  assert.match(score!, /was not measured: run voxlab evaluate$/);
  assert.deepEqual(seen, []);
});

test('networkNotes() takes the scores of what the run held out, not of another subset', (t) => {
  const run = runFolder(t);
  writeScores(run, 'holdout-3', { epoch: 2, step: 20, rocAuc: 0.99, cpm: 0.9 });
  assert.match(networkNotes(run, NETWORK, 'new')[2]!, /was not measured/);
  writeScores(run, 'holdout-5', { epoch: 2, step: 20, rocAuc: 0.75, cpm: 0.5 });
  assert.equal(networkNotes(run, NETWORK, 'new')[2], 'on scans held out: ROC AUC 0.750, CPM 0.500');
});

test('networkNotes() takes no scores of another checkpoint', (t) => {
  const run = runFolder(t);
  writeScores(run, 'holdout-5', { epoch: 1, step: 10, rocAuc: 0.75, cpm: null });
  assert.match(networkNotes(run, NETWORK, 'new')[2]!, /not measured: .* another one \(epoch 1\); run voxlab/);
});

test('networkNotes() says of a scan that the network has seen it', (t) => {
  const run = runFolder(t);
  const seen = (uid: string) => networkNotes(run, NETWORK, uid)[3];
  assert.match(seen('a')!, /was trained on this scan/);
  assert.match(seen('d')!, /was trained on this scan/);
  assert.match(seen('b')!, /chose the network/);
  assert.equal(seen('c'), undefined);
});
