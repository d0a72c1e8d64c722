import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { distance, randomInBall } from '../../src/sample/points.js';
import { besideBranch, growTree, tubesOf } from '../../src/sample/vesselTree.js';
import { scale } from '../../src/volumes/voxels/vectors.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';

const random = createRandom('trees');
const targets: Vector3[] = Array.from({ length: 300 }, () => scale(randomInBall(random), 60));
const tree = growTree(
  { root: [-70, 0, 0], heading: [1, 0, 0], targets, tipRadiusMm: 0.5, maxRadiusMm: 10 },
  createRandom('grow'),
);

test('growTree() ends exactly at every target, once', () => {
  const tips = tree
    .filter((branch) => !branch.divides)
    .map((branch) =>
      branch.path
        .at(-1)!
        .map((mm) => mm.toFixed(9))
        .join(),
    );
  assert.deepEqual(tips.sort(), targets.map((target) => target.map((mm) => mm.toFixed(9)).join()).sort());
});

test('growTree() branches by two, without gaps, and keeps to Murray: r^3 = r1^3 + r2^3', () => {
  for (const parent of tree.filter((branch) => branch.divides)) {
    const end = parent.path.at(-1)!;
    const children = tree.filter((child) => child !== parent && child.path[0] === end);
    assert.equal(children.length, 2);
    const cubes = children.reduce(
      (sum, child) => sum + child.fromRadiusMm * child.fromRadiusMm * child.fromRadiusMm,
      0,
    );
    assert.ok(Math.abs(cubes / (parent.fromRadiusMm * parent.fromRadiusMm * parent.fromRadiusMm) - 1) < 1e-9);
    assert.equal(children[0]!.tips + children[1]!.tips, parent.tips);
  }
});

test('tubesOf() joins end to end and only tapers', () => {
  for (const branch of tree) {
    const tubes = tubesOf(branch);
    assert.equal(tubes[0]!.fromRadiusMm, branch.fromRadiusMm);
    assert.ok(Math.abs(tubes.at(-1)!.toRadiusMm - branch.toRadiusMm) < 1e-12);
    for (const [i, tube] of tubes.entries()) {
      assert.ok(tube.toRadiusMm < tube.fromRadiusMm);
      if (i > 0) assert.equal(tube.from, tubes[i - 1]!.to);
    }
  }
});

test('besideBranch() runs at the wanted distance from every point of the branch', () => {
  for (const branch of tree.slice(0, 40)) {
    const beside = besideBranch(branch, [0.3, 0.5, 0.8], [2, 1.5], 3.5);
    for (const [i, point] of branch.path.entries())
      assert.ok(Math.abs(distance(point, beside.path[i]!) - 3.5) < 1e-9);
    assert.deepEqual([beside.fromRadiusMm, beside.toRadiusMm], [2, 1.5]);
  }
});

test('growTree() of no targets is empty', () => {
  const options = {
    root: [0, 0, 0],
    heading: [1, 0, 0],
    targets: [],
    tipRadiusMm: 1,
    maxRadiusMm: 2,
  } as const;
  assert.deepEqual(growTree(options, createRandom(1)), []);
});
