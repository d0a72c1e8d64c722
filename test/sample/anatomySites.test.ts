import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { ANATOMY_KINDS, anatomySites } from '../../src/sample/anatomySites.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { growLungTrees } from '../../src/sample/lungTrees.js';
import { distance } from '../../src/sample/points.js';
import { createSkeleton } from '../../src/sample/skeleton.js';

const chest = createChestShape(createRandom(8));
const trees = growLungTrees(chest, createRandom('trees'));
const field = { chest, trees, lowZ: chest.baseZ, highZ: chest.apexZ };
const sites = anatomySites(field, createSkeleton(chest, createRandom('bones')), createRandom('sites'));

test('anatomySites() finds places of every kind, each with a size', () => {
  for (const kind of ANATOMY_KINDS) assert.ok(sites[kind].length >= 2, kind);
  for (const { radiusMm } of ANATOMY_KINDS.flatMap((kind) => sites[kind]))
    assert.ok(radiusMm > 0.5 && radiusMm < 12, String(radiusMm));
});

test('anatomySites() takes end-on vessels that run along z, and forks where a branch ends', () => {
  const branches = [...trees.arteries, ...trees.veins];
  for (const { center } of sites['end-on vessel'].slice(0, 40)) {
    const branch = branches.find(({ path }) => path.some((point) => distance(point, center) === 0))!;
    const at = branch.path.findIndex((point) => distance(point, center) === 0);
    const [before, after] = [branch.path[at - 1]!, branch.path[at + 1] ?? branch.path[at]!];
    assert.ok(Math.abs(after[2] - before[2]) > 0.79 * distance(before, after));
  }
  for (const { center } of sites['vessel fork'].slice(0, 40))
    assert.ok(branches.some(({ path, divides }) => divides && distance(path.at(-1)!, center) === 0));
});

test('anatomySites() puts the domes where the diaphragm begins, and none above the field', () => {
  for (const { center } of sites['diaphragm dome']) {
    assert.ok(chest.tissuesAt(...center).belowDiaphragm < 0);
    assert.ok(chest.tissuesAt(center[0], center[1], center[2] + 0.6).belowDiaphragm > 0);
  }
  const high = { ...field, lowZ: 30 };
  const above = anatomySites(high, createSkeleton(chest, createRandom('bones')), createRandom('sites'));
  assert.equal(above['diaphragm dome'].length, 0);
});
