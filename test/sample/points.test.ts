import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { createRandom } from '../../src/random.js';
import {
  createSmoothNoise,
  cubeRoot,
  ellipsoid,
  lengthOf,
  perpendicularTo,
  randomDirection,
  randomInBall,
  smoothIntersection,
  smoothUnion,
  unitOf,
} from '../../src/sample/points.js';
import { cross, dot } from '../../src/volumes/voxels/vectors.js';

test('the sample stage calls no function whose last bit differs between engines', () => {
  const folder = inRepository('src', 'sample');
  for (const file of readdirSync(folder)) {
    const code = readFileSync(inRepository('src', 'sample', file), 'utf8').replace(
      /\/\*[\s\S]*?\*\/|\/\/.*/g,
      '',
    );
    const unsafe = code.match(
      /Math\.(a?sinh?|a?cosh?|a?tanh?|atan2|exp\w*|log\w*|pow|hypot|cbrt|random)\b|\.normal\(/,
    );
    assert.equal(unsafe, null, `${file}: ${unsafe?.[0]}`);
  }
});

test('cubeRoot() is within one rounding of Math.cbrt from 1e-6 to 1e6', () => {
  for (let value = 1e-6; value < 1e6; value *= 3.7)
    assert.ok(Math.abs(cubeRoot(value) / Math.cbrt(value) - 1) < 4e-16, String(value));
  assert.equal(cubeRoot(0), 0);
});

test('randomInBall() fills the ball evenly: half of the points lie beyond 0.794 of its radius', () => {
  const random = createRandom(1);
  const radii = Array.from({ length: 20000 }, () => lengthOf(randomInBall(random)));
  const outside = radii.filter((radius) => radius > 0.7937005).length / radii.length;
  assert.ok(Math.abs(outside - 0.5) < 0.015, String(outside));
  assert.ok(Math.max(...radii) <= 1);
});

test('perpendicularTo() gives a unit vector at right angles, for any direction', () => {
  const random = createRandom(2);
  for (let i = 0; i < 200; i++) {
    const a = randomDirection(random);
    const b = perpendicularTo(a);
    assert.ok(Math.abs(dot(a, b)) < 1e-12 && Math.abs(lengthOf(b) - 1) < 1e-12);
    assert.ok(Math.abs(lengthOf(cross(a, b)) - 1) < 1e-12);
  }
  assert.deepEqual(unitOf([0, 0, 0], [1, 0, 0]), [1, 0, 0]);
});

test('smoothUnion() is the smaller distance away from the seam and below both at it; smoothIntersection() mirrors it', () => {
  assert.equal(smoothUnion(1, 20, 5), 1);
  assert.ok(smoothUnion(2, 2, 5) < 2);
  assert.equal(smoothIntersection(-3, 8, 5), 8);
  assert.equal(smoothIntersection(2, 2, 5), -smoothUnion(-2, -2, 5));
});

test('ellipsoid() is zero on its surface, negative inside', () => {
  assert.ok(Math.abs(ellipsoid(1 + 3, 2, 3, [1, 2, 3], [3, 4, 5])) < 1e-12);
  assert.ok(Math.abs(ellipsoid(1, 2, 8, [1, 2, 3], [3, 4, 5])) < 1e-12);
  assert.ok(ellipsoid(1, 2, 3, [1, 2, 3], [3, 4, 5]) < 0);
});

test('createSmoothNoise() stays within [-1, 1], is continuous, and repeats for the same seed', () => {
  const noise = createSmoothNoise(createRandom(3), 10);
  const again = createSmoothNoise(createRandom(3), 10);
  for (let x = -50; x < 50; x += 0.37) {
    const here = noise(x, 2 * x, -x);
    assert.ok(Math.abs(here) <= 1);
    assert.ok(Math.abs(here - noise(x + 0.01, 2 * x, -x)) < 0.01);
    assert.equal(here, again(x, 2 * x, -x));
  }
});
