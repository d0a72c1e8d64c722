import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { growLungTrees, scatterInLung } from '../../src/sample/lungTrees.js';
import { distance } from '../../src/sample/points.js';

const chest = createChestShape(createRandom(5));
const trees = growLungTrees(chest, createRandom('trees'));

test('growLungTrees() has vessels of 1 to 10 mm in both lungs, whose tips lie inside', () => {
  const vessels = [...trees.arteries, ...trees.veins];
  const diameters = vessels.map((branch) => 2 * branch.fromRadiusMm);
  assert.ok(Math.min(...diameters) >= 1 && Math.max(...diameters) <= 10);
  assert.ok(Math.max(...diameters) > 6);
  const tips = vessels.filter((branch) => !branch.divides).map((branch) => branch.path.at(-1)!);
  for (const tip of tips) assert.ok(chest.tissuesAt(...tip).lung < 0);
  for (const side of [-1, 1]) assert.ok(tips.filter((tip) => tip[0] * side > 0).length > 600);
});

test('growLungTrees() has a windpipe of 17 mm that forks into airways down to 1.5 mm, none through the heart', () => {
  const lumens = trees.airways.map(({ lumen }) => 2 * lumen.fromRadiusMm);
  assert.equal(Math.max(...lumens), 17);
  assert.ok(Math.min(...lumens) > 1.2 && Math.min(...lumens) < 2.2, String(Math.min(...lumens)));
  assert.ok(trees.airways.length > 150);
  for (const { lumen, wallMm } of trees.airways.slice(3)) {
    assert.ok(chest.tissuesAt(...lumen.from).heart > 0);
    assert.ok(wallMm > 0.3 && wallMm < 2);
  }
});

test('scatterInLung() spreads points over one lung, off its wall and off the fissures', () => {
  const points = scatterInLung(chest, 1, 200, createRandom('points'));
  assert.equal(points.length, 200);
  for (const [i, point] of points.entries()) {
    const tissues = chest.tissuesAt(...point);
    assert.ok(point[0] > 0 && tissues.lung <= -4 && Math.abs(tissues.obliqueFissure) >= 3);
    for (const other of points.slice(0, i)) assert.ok(distance(point, other) > 5);
  }
});
