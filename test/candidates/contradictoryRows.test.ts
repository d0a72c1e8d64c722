import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from '../../src/candidates/candidate.js';
import { contradictoryRows } from '../../src/candidates/contradictoryRows.js';

test('contradictoryRows() finds a place that is a nodule and none, within one series; places twice alike are fine', () => {
  const rows: readonly [uid: string, x: number, y: number, z: number, class_: 0 | 1][] = [
    ['a', 1, 2, 3, 0],
    ['a', 1, 2, 4, 1],
    ['b', 1, 2, 3, 1],
    ['a', 1, 2, 3, 1],
    ['a', 1, 2, 4, 1],
    ['b', 1, 2, 3, 1],
    ['b', 9, 9, 9, 0],
    ['b', 9, 9, 9, 0],
    ['a', 1, 2, 4, 0],
  ];
  const candidates = rows.map(
    ([seriesUid, x, y, z, label], i): Candidate => ({
      seriesUid,
      centerWorldMm: [x, y, z],
      class: label,
      line: i + 2,
    }),
  );
  assert.deepEqual(contradictoryRows(candidates), [
    { uid: 'a', lines: [5, 2] },
    { uid: 'a', lines: [3, 10] },
  ]);
  const inVoxels = candidates.map(({ centerWorldMm, ...rest }) => ({ ...rest, centerVoxel: centerWorldMm }));
  assert.equal(contradictoryRows(inVoxels).length, 2);
});
