import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { bootstrapFroc } from '../../src/scores/frocBootstrap.js';
import { matchMarks } from '../../src/scores/frocEvents.js';
import { frocCase, type Row } from './frocCase.js';

// Equality with the independent program: test/evaluation/scoreSubmission.test.ts.

function someEvents(scans: number) {
  const random = createRandom('bootstrap test');
  const nodules = Array.from({ length: scans }, (_, scan): Row => [scan, 0, 0, 0, 6]);
  const marks = Array.from({ length: 4 * scans }, (_, i): Row => {
    const x = random.uniform() < 0.3 ? 0 : 99;
    return [i % scans, x, 0, 0, random.uniform()];
  });
  return matchMarks(frocCase(scans, marks, nodules)).events;
}

test('bootstrapFroc(): the same seed gives the same band, another seed another; a band holds its mean', () => {
  const events = someEvents(40);
  const band = (seed: number) => bootstrapFroc(events, { samples: 200, seed, rates: [0.5, 3] });
  const first = band(1);
  assert.deepEqual(band(1), first);
  assert.notDeepEqual(band(2).cpm, first.cpm);
  assert.ok(first.cpm.lower < first.cpm.mean && first.cpm.mean < first.cpm.upper);
  assert.deepEqual([first.curve.mean.length, first.sensitivities.mean.length], [2, 7]);
  assert.equal(first.curve.mean[0], first.sensitivities.mean[2]);
});

test('bootstrapFroc() leaves samples without a nodule out of the bands, and counts them', () => {
  // One nodule in two scans: a quarter of the samples miss its scan.
  const events = matchMarks(frocCase(2, [[0, 0, 0, 0, 1]], [[0, 0, 0, 0, 6]])).events;
  const { samplesWithoutNodule, cpm } = bootstrapFroc(events, { samples: 400 });
  assert.ok(samplesWithoutNodule > 60 && samplesWithoutNodule < 140, `${samplesWithoutNodule}`);
  assert.deepEqual(cpm, { mean: 1, lower: 1, upper: 1 });
  const none = matchMarks(frocCase(2, [[0, 0, 0, 0, 1]], [])).events;
  assert.throws(() => bootstrapFroc(none), /at least one nodule/);
});
