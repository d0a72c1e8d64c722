import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoresBySize, sizeOf } from '../../src/scores/noduleSize.js';
import { rocArea } from '../../src/scores/roc.js';
import { assertNear, drawnCases } from './reference.js';

test('sizeOf() has its bounds where they are said to be', () => {
  assert.deepEqual([5.999, 6, 7.999, 8, 15, 15.001].map(sizeOf), [
    '< 6 mm',
    '6-8 mm',
    '6-8 mm',
    '8-15 mm',
    '8-15 mm',
    '> 15 mm',
  ]);
  assert.deepEqual([null, 0, -1].map(sizeOf), ['unknown', 'unknown', 'unknown']);
  assert.throws(() => sizeOf(Number.NaN), /diameter in mm, received NaN/);
});

test('scoresBySize() equals the area and the share of each size alone', () => {
  const { scores, classes } = drawnCases('sizes', 10, 80, 30);
  const diameters = classes.map((label, i) => (label === 0 ? null : [4, 7, 10, 20, null][i % 5]!));
  for (const { size, nodules, sensitivity, rocAuc } of scoresBySize(
    scores,
    classes,
    diameters,
    scores.map(() => 0.5),
  )) {
    const rows = classes.flatMap((label, i) => (label === 0 || sizeOf(diameters[i]!) === size ? [i] : []));
    const positives = rows.filter((i) => classes[i] === 1);
    assert.equal(nodules, positives.length);
    assert.equal(sensitivity, positives.filter((i) => scores[i]! >= 0.5).length / positives.length);
    const alone = rocArea(
      rows.map((i) => scores[i]!),
      rows.map((i) => classes[i]!),
    );
    assertNear([rocAuc!], [alone.area], 1e-12, size);
  }
});

test('scoresBySize() has a line for each size; null where there is nothing to score', () => {
  const sizes = scoresBySize([0.9, 0.2], [1, 0], [7, Number.NaN], [0.5, 0.5]);
  assert.deepEqual(
    sizes.map(({ nodules }) => nodules),
    [0, 1, 0, 0, 0],
  );
  assert.deepEqual(sizes[0], { size: '< 6 mm', nodules: 0, sensitivity: null, rocAuc: null });
  assert.equal(scoresBySize([0.9], [1], [7], [0.5])[1]!.rocAuc, null);
  assert.throws(() => scoresBySize([0.9], [1], [], [0.5]), /one diameter a score, received 0 for 1/);
});
