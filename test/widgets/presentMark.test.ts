import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presentMark, voxelInside } from '../../src/widgets/presentMark.js';

const scan = {
  size: [10, 10, 10] as const,
  markers: [
    [1, 1, 1],
    [4.2, 4, 4],
    [4, 3.9, 4],
    [4, 4, -7],
    [4, 4, 12],
  ].map((voxel) => ({ voxel: voxel as [number, number, number], class: 0, label: '' })),
};

test('presentMark(): stepping gets past marks of one voxel and marks outside of the scan', () => {
  const visited: number[] = [];
  let last = -1;
  for (let step = 0; step < 6; step++) {
    const next = (last + 1) % scan.markers.length;
    last = presentMark(scan, voxelInside(scan, scan.markers[next]!.voxel), next);
    visited.push(last);
  }
  assert.deepEqual(visited, [0, 1, 2, 3, 4, 0]);
});

test('presentMark(): the first mark at the crosshair, none elsewhere', () => {
  assert.equal(presentMark(scan, [4, 4, 4], -1), 1);
  assert.equal(presentMark(scan, [1, 1, 1], 2), 0);
  assert.equal(presentMark(scan, [5, 5, 5], 2), -1);
});
