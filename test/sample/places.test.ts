import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { growLungTrees } from '../../src/sample/lungTrees.js';
import { onWall, type PlacedBall, placeBall, pointInLung, type Site } from '../../src/sample/places.js';
import { distance } from '../../src/sample/points.js';

const chest = createChestShape(createRandom(4));
const trees = growLungTrees(chest, createRandom('trees'));
const field = { chest, trees, lowZ: -30, highZ: 45 };

function place(site: Site, count: number, diameterMm: number): PlacedBall[] {
  const random = createRandom(`${site} ${diameterMm}`);
  const balls: PlacedBall[] = [];
  for (let i = 0; i < count; i++) {
    const center = placeBall(field, { site, diameterMm, taken: balls, apartMm: 18 }, random);
    balls.push({ center, radiusMm: diameterMm / 2 });
  }
  return balls;
}

test('placeBall() puts free ones clear of the wall, all in the field and apart from each other', () => {
  const balls = place('free', 8, 8);
  for (const [i, ball] of balls.entries()) {
    assert.ok(chest.depthInLungMm(ball.center) > 6.5);
    assert.ok(ball.center[2] >= field.lowZ && ball.center[2] <= field.highZ);
    for (const other of balls.slice(0, i)) assert.ok(distance(ball.center, other.center) > 18);
  }
});

test('placeBall() puts those on the wall half into the lung: their centre is within a radius of the wall', () => {
  for (const { center } of place('wall', 8, 10)) {
    const depth = chest.depthInLungMm(center);
    assert.ok(depth > -0.5 && depth < 6, String(depth));
  }
});

test('placeBall() makes those on a vessel touch one', () => {
  const paths = [...trees.arteries, ...trees.veins].flatMap((branch) =>
    branch.path.map((point) => ({ point, radius: branch.fromRadiusMm })),
  );
  for (const { center } of place('vessel', 8, 6))
    assert.ok(paths.some(({ point, radius }) => distance(point, center) < radius + 3.01));
});

test('onWall() and pointInLung() give points at the asked depth and heights', () => {
  const random = createRandom('wall');
  for (let i = 0; i < 30; i++) {
    const point = pointInLung(field, random);
    assert.ok(chest.depthInLungMm(point) > 0 && point[2] >= field.lowZ && point[2] <= field.highZ);
    if (chest.depthInLungMm(point) > 14) continue;
    assert.ok(Math.abs(chest.depthInLungMm(onWall(chest, point, 2)) - 2) < 1.5);
  }
});
