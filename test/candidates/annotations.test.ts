import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findingAt, readAnnotations } from '../../src/candidates/annotations.js';

test('readAnnotations() reads world positions and diameters, and names line and column of a bad cell', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-annotations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'annotations.csv');
  writeFileSync(file, 'seriesuid,coordX,coordY,coordZ,diameter_mm\na,1,2,3,4.5\nb,-1,-2,-3,-1\n');
  assert.deepEqual(readAnnotations(file), [
    { seriesUid: 'a', centerWorldMm: [1, 2, 3], diameterMm: 4.5 },
    { seriesUid: 'b', centerWorldMm: [-1, -2, -3], diameterMm: -1 },
  ]);
  writeFileSync(file, 'seriesuid,coordX,coordY,coordZ,diameter_mm\na,1,2,3,wide\n');
  assert.throws(
    () => readAnnotations(file),
    /annotations\.csv:2: diameter_mm: expected a number, received "wide"/,
  );
});

test('findingAt() takes the nearest of the findings that hold a place, its edge left out, unknown sizes as 10 mm', () => {
  const at = (x: number, diameterMm: number) => ({
    seriesUid: 'a',
    centerWorldMm: [x, 0, 0] as const,
    diameterMm,
  });
  const [wide, narrow, unknown] = [at(0, 20), at(4, 4), at(30, -1)];
  const holding = (x: number) => findingAt([wide, narrow, unknown], [x, 0, 0]);
  assert.deepEqual([holding(1), holding(3), holding(6), holding(10)], [wide, narrow, wide, undefined]);
  assert.deepEqual([holding(25.1), holding(25)], [unknown, undefined]);
});
