import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { growLungTrees } from '../../src/sample/lungTrees.js';
import {
  drawDiameterMm,
  type Nodule,
  noduleDistance,
  onWall,
  placeNodule,
  pointInLung,
} from '../../src/sample/nodules.js';
import { addScaled, distance, randomDirection } from '../../src/sample/points.js';

const chest = createChestShape(createRandom(4));
const trees = growLungTrees(chest, createRandom('trees'));

function place(site: Nodule['site'], count: number, diameterMm: number): Nodule[] {
  const random = createRandom(`${site} ${diameterMm}`);
  const nodules: Nodule[] = [];
  for (let i = 0; i < count; i++)
    nodules.push(placeNodule({ chest, trees, nodules, site, diameterMm, random }));
  return nodules;
}

test('drawDiameterMm() follows LUNA16: quartiles 5.1, 6.4 and 9.7 mm, within 3.25 to 30 mm', () => {
  const random = createRandom('diameters');
  const drawn = Array.from({ length: 20000 }, () => drawDiameterMm(random)).sort((a, b) => a - b);
  for (const [share, mm] of [
    [0.25, 5.11],
    [0.5, 6.43],
    [0.75, 9.7],
  ] as const)
    assert.ok(Math.abs(drawn[Math.floor(share * drawn.length)]! / mm - 1) < 0.04, `${share}`);
  assert.ok(drawn[0]! >= 3.25 && drawn.at(-1)! <= 30);
});

test('placeNodule() puts free ones clear of the wall, and all apart from each other', () => {
  const nodules = place('free', 12, 8);
  for (const [i, nodule] of nodules.entries()) {
    assert.ok(chest.depthInLungMm(nodule.center) > 6.5);
    for (const other of nodules.slice(0, i)) assert.ok(distance(nodule.center, other.center) > 18);
  }
});

test('placeNodule() puts those on the wall half into the lung: their centre is within a radius of the wall', () => {
  for (const nodule of place('wall', 10, 10)) {
    const depth = chest.depthInLungMm(nodule.center);
    assert.ok(depth > -0.5 && depth < 5.5, String(depth));
  }
});

test('placeNodule() makes those on a vessel touch one', () => {
  const paths = [...trees.arteries, ...trees.veins].flatMap((branch) =>
    branch.path.map((point) => ({ point, radius: branch.fromRadiusMm })),
  );
  for (const nodule of place('vessel', 10, 6))
    assert.ok(paths.some(({ point, radius }) => distance(point, nodule.center) < radius + 3.01));
});

test('noduleDistance() is negative inside, and its surface stays within the share that its lobes allow', () => {
  const random = createRandom('rays');
  for (const nodule of place('free', 8, 12)) {
    const inside = noduleDistance(nodule);
    assert.ok(inside(...nodule.center) < 0);
    const most = nodule.lobes.reduce((sum, { share }) => sum + Math.max(0, share), 1);
    for (let ray = 0; ray < 50; ray++) {
      const towards = randomDirection(random);
      assert.ok(inside(...addScaled(nodule.center, towards, 6 * most + 0.01)) > 0);
    }
  }
});

test('onWall() and pointInLung() give points at the asked depth', () => {
  const random = createRandom('wall');
  for (let i = 0; i < 30; i++) {
    const point = pointInLung(chest, random);
    assert.ok(chest.depthInLungMm(point) > 0);
    if (chest.depthInLungMm(point) > 14) continue;
    assert.ok(Math.abs(chest.depthInLungMm(onWall(chest, point, 2)) - 2) < 1.5);
  }
});
