import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { createChestShape } from '../../src/sample/chestShape.js';
import { growLungTrees } from '../../src/sample/lungTrees.js';
import { hilarNode, nodeOnFissure, nodeUnderPleura } from '../../src/sample/lymphNodes.js';
import type { Finding } from '../../src/sample/nodules.js';
import type { Field } from '../../src/sample/places.js';
import { distance } from '../../src/sample/points.js';

const chest = createChestShape(createRandom(4));
const trees = growLungTrees(chest, createRandom('trees'));
const field: Field = { chest, trees, lowZ: -40, highZ: 50 };

function several(
  propose: (field: Field, random: ReturnType<typeof createRandom>) => Finding | undefined,
): Finding[] {
  const random = createRandom('nodes');
  const found: Finding[] = [];
  for (let tries = 0; tries < 20_000 && found.length < 12; tries++)
    found.push(...[propose(field, random) ?? []].flat());
  assert.equal(found.length, 12);
  return found;
}

test('nodeOnFissure() lies on the border of two lobes, flat along it', () => {
  for (const { center, lumps } of several(nodeOnFissure)) {
    const away = (x: number, y: number, z: number): number => {
      const { obliqueFissure, horizontalFissure } = chest.tissuesAt(x, y, z);
      return Math.min(Math.abs(obliqueFissure), Math.abs(horizontalFissure));
    };
    assert.ok(away(...center) < 1);
    const [{ axes, halfMm }] = lumps as [Finding['lumps'][number]];
    assert.ok(halfMm[0] < halfMm[1]);
    const off = (axis: 0 | 1): number =>
      away(...(center.map((mm, i) => mm + 4 * axes[axis][i]!) as unknown as [number, number, number]));
    assert.ok(off(0) > 2 && off(0) > off(1), `${off(0)} ${off(1)}`);
  }
});

test('nodeUnderPleura() lies 2 to 9 mm below the pleura', () => {
  for (const { center } of several(nodeUnderPleura)) {
    const depth = chest.depthInLungMm(center);
    assert.ok(depth > 0.5 && depth < 11, String(depth));
  }
});

test('hilarNode() touches a vessel of 5 mm or more', () => {
  const large = [...trees.arteries, ...trees.veins].filter(({ fromRadiusMm }) => fromRadiusMm >= 2.6);
  for (const { center, radiusMm } of several(hilarNode))
    assert.ok(
      large.some(({ path, fromRadiusMm }) =>
        path.some((point) => distance(point, center) < fromRadiusMm + radiusMm + 1),
      ),
    );
});
