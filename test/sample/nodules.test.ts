import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createNodule, drawDiameterMm, drawSite, type Nodule } from '../../src/sample/nodules.js';
import { distance } from '../../src/sample/points.js';

const random = createRandom('nodules');
const nodules: Nodule[] = Array.from({ length: 600 }, () =>
  createNodule([1, 2, 3], drawDiameterMm(random), drawSite(random), random),
);
const shareOf = (holds: (nodule: Nodule) => boolean): number => nodules.filter(holds).length / nodules.length;

test('drawDiameterMm() gives half of them 6 mm or less, within 3.3 to 28 mm', () => {
  const drawn = Array.from({ length: 20000 }, () => drawDiameterMm(random)).sort((a, b) => a - b);
  for (const [share, mm] of [
    [0.25, 4.7],
    [0.5, 5.8],
    [0.75, 8.4],
  ] as const)
    assert.ok(Math.abs(drawn[Math.floor(share * drawn.length)]! / mm - 1) < 0.04, `${share}`);
  assert.ok(drawn[0]! >= 3.3 && drawn.at(-1)! <= 28);
});

test('drawSite() lets most of them touch pleura or vessel', () => {
  const free = shareOf(({ site }) => site === 'free');
  assert.ok(free > 0.18 && free < 0.34, String(free));
  assert.ok(shareOf(({ site }) => site === 'wall') > 0.2 && shareOf(({ site }) => site === 'vessel') > 0.2);
});

test('createNodule() makes solid, part-solid and ground-glass ones, each with its own HU', () => {
  for (const { density, lumps } of nodules) {
    const values = lumps.map(({ valueHu }) => valueHu);
    if (density !== 'solid') assert.ok(values[0]! >= -690 && values[0]! <= -430);
    if (density === 'solid') assert.ok(values.length === 1 && values[0]! >= -30 && values[0]! <= 95);
    if (density === 'part-solid') assert.ok(values.length === 2 && values[1]! >= -30 && values[1]! <= 95);
    if (density === 'ground-glass') assert.equal(values.length, 1);
  }
  assert.ok(shareOf(({ density }) => density === 'ground-glass') > 0.1);
  assert.ok(shareOf(({ density }) => density === 'part-solid') > 0.08);
});

test('createNodule() has the volume of its diameter within a tenth, before bulges, and cores inside', () => {
  for (const { lumps, diameterMm, center, radiusMm } of nodules) {
    const [a, b, c] = lumps[0]!.halfMm;
    assert.ok(Math.abs((8 * a * b * c) / diameterMm ** 3 - 1) < 0.1);
    for (const core of lumps.slice(1))
      assert.ok(distance(core.center, center) + Math.min(...core.halfMm) < radiusMm);
  }
});
