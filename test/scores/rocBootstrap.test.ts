import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { rocCurve } from '../../src/scores/roc.js';
import { BAND_RATES, bootstrapRoc, drawScans, rocBootstrapRandom } from '../../src/scores/rocBootstrap.js';
import { scanIndex } from '../../src/scores/scanIndex.js';
import { assertNear, drawnCases, manySets, references } from './reference.js';

test('bootstrapRoc() equals samples copied out and scored by scikit-learn, area by area and with their band', () => {
  const sets = manySets();
  const rates = [0, 0.01, 0.1, 0.25, 0.5, 0.999, 1];
  const expected = references(sets, { rounds: 60, seed: 3, rates });
  for (const [i, { scores, classes, scanOf }] of sets.entries()) {
    const { areas, band, withoutBothClasses } = bootstrapRoc(scores, classes, scanIndex(scanOf), {
      rounds: 60,
      seed: 3,
      rates,
    });
    assertNear(areas, expected[i]!.areas, 1e-12, `areas of set ${i}`);
    assert.equal(withoutBothClasses, 60 - areas.length);
    assertNear(band!.low, expected[i]!.band[0], 1e-12, `band of set ${i}, low`);
    assertNear(band!.high, expected[i]!.band[1], 1e-12, `band of set ${i}, high`);
  }
});

test('bootstrapRoc() does not depend on the order of the rows, but on the seed', () => {
  const { scores, classes, scanOf } = drawnCases('order', 9, 12, 30);
  const order = createRandom('order').shuffle(scores.map((_, i) => i));
  const at = <T>(values: readonly T[]): T[] => order.map((i) => values[i]!);
  const { areas } = bootstrapRoc(scores, classes, scanIndex(scanOf));
  assert.equal(areas.length, 1000);
  assert.deepEqual(bootstrapRoc(at(scores), at(classes), scanIndex(at(scanOf))).areas, areas);
  assert.notDeepEqual(bootstrapRoc(scores, classes, scanIndex(scanOf), { seed: 1 }).areas, areas);
});

test('bootstrapRoc() has a band around the curve, and none unless asked', () => {
  const { scores, classes, scanOf } = drawnCases('band', 20, 30, 1e9);
  const { band } = bootstrapRoc(scores, classes, scanIndex(scanOf), { rates: BAND_RATES });
  const curve = rocCurve(scores, classes);
  for (const [i, rate] of BAND_RATES.entries()) {
    const sensitivity = curve.findLast(
      ({ falsePositiveRate }) => falsePositiveRate <= rate,
    )!.truePositiveRate;
    assert.ok(band!.low[i]! <= sensitivity + 1e-9 && sensitivity - 0.05 <= band!.high[i]!, `at ${rate}`);
  }
  assert.equal('band' in bootstrapRoc(scores, classes, scanIndex(scanOf), { rounds: 2 }), false);
});

test('bootstrapRoc() refuses what cannot be sampled', () => {
  assert.throws(
    () => bootstrapRoc([0.5, 0.6], [1, 1], scanIndex(['a', 'b'])),
    /both classes, received none in 1000/,
  );
  assert.throws(
    () => bootstrapRoc([0.5, 0.6], [1, 0], scanIndex(['a'])),
    /one scan a score, received 1 for 2/,
  );
  assert.throws(() => bootstrapRoc([0.5, Number.NaN], [1, 0], scanIndex(['a', 'b'])), /NaN at 1/);
});

test('drawScans() draws each scan alike', () => {
  const random = rocBootstrapRandom(0);
  const counts = new Uint32Array(5);
  for (let round = 0; round < 2000; round++) for (const scan of drawScans(random, 5)) counts[scan]!++;
  for (const count of counts) assert.ok(Math.abs(count - 2000) < 200, [...counts].join(' '));
});
