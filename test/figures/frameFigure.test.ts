import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameFigure } from '../../src/figures/frameFigure.js';

test('frameFigure() shows one world position with the voxel of each grid, and where its axes begin and point', () => {
  const grid = { size: [101, 101, 5], spacingMm: [2, 2, 3] } as const;
  const centerWorldMm = [-50, 20, 6] as const;
  const svg = frameFigure([
    {
      name: 'a < b',
      centerWorldMm,
      geometry: { ...grid, originMm: [-100, -100, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    },
    {
      name: 'flipped',
      centerWorldMm,
      geometry: { ...grid, originMm: [100, 100, 0], direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] },
    },
  ]).svg();
  assert.ok(svg.includes('a &lt; b'));
  assert.equal(svg.match(/world -50, 20, 6 mm/g)!.length, 2);
  assert.ok(svg.includes('voxel 25, 60, 2') && svg.includes('voxel 75, 40, 2'));
  const origins = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4"/g)].map(([, x, y]) => [x, y]);
  assert.deepEqual(origins, [
    ['140', '155'],
    ['280', '295'],
  ]);
  assert.ok(svg.includes('direction 1, 0, 0 | 0, 1, 0 | 0, 0, 1'));
});
