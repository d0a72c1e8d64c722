import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate, VoxelCandidate } from '../../src/candidates/candidate.js';
import { inWorld } from '../../src/candidates/inWorld.js';

test('inWorld() places voxel indices by the geometry of the scan, and leaves world positions alone', () => {
  // x and y flipped, z along x of the world.
  const geometry = {
    size: [10, 10, 10],
    spacingMm: [0.5, 0.5, 2],
    originMm: [1, 2, 3],
    direction: [0, 0, 1, -1, 0, 0, 0, -1, 0],
  } as const;
  const candidate: Candidate = { seriesUid: 'a', centerWorldMm: [7, 8, 9], class: 1, line: 2 };
  const voxel: VoxelCandidate = { seriesUid: 'a', centerVoxel: [2, 4, 1.5], class: 0, line: 3 };
  assert.deepEqual(inWorld([candidate, voxel], geometry), [
    candidate,
    { seriesUid: 'a', centerWorldMm: [1 + 3, 2 - 1, 3 - 2], class: 0, line: 3 },
  ]);
});
