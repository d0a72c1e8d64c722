import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparedPlanes } from '../../../src/figures/slices/comparedPlanes.js';

test('comparedPlanes() shows both and their difference, at least 900 pixels wide, with hostile names escaped', () => {
  const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;
  const first = {
    data: new Int16Array(216),
    size: [6, 6, 6],
    spacingMm: [1, 1, 1],
    originMm: [0, 0, 0],
    direction,
  } as const;
  const second = {
    ...first,
    data: new Int16Array(27),
    size: [3, 3, 3],
    spacingMm: [2, 2, 2],
    originMm: [0.5, 0.5, 0.5],
  } as const;
  const svg = comparedPlanes(first, second, {
    ...{ title: '<script>', names: ['<b>raw', '2 mm & more'], plane: 'sagittal', throughWorldMm: [2, 2, 2] },
    ...{ window: { low: -100, high: 100 }, rangeHu: 50 },
  }).svg();
  assert.equal(svg.match(/<image /g)!.length, 3);
  assert.ok(Number(/ width="(\d+)"/.exec(svg)![1]) >= 900);
  assert.ok(
    !svg.includes('<script>') && !svg.includes('<b>') && svg.includes('2 mm &amp; more − &lt;b&gt;raw, HU'),
  );
  // The front at the left, the head up, as a sagittal slice is looked at.
  for (const letter of ['A', 'P', 'S', 'I']) assert.ok(svg.includes(`>${letter}</text>`));
});
