import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { inRepository } from '../../src/paths.js';
import type { Volume } from '../../src/volumes/voxels/volume.js';
import { PYTHON } from '../python.js';

/** Writes files below `root` with pydicom, and answers what pydicom reads of them. */
export function pydicomReference<T>(
  what: 'series' | 'frames' | 'elements' | 'real',
  root: string,
): readonly T[] {
  const run = spawnSync(PYTHON, [inRepository('test', 'volumes', 'dicomReference.py')], {
    input: JSON.stringify({ what, root }),
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (run.status !== 0) throw new Error(`the reference program failed: ${run.stderr || run.error}`);
  return JSON.parse(run.stdout) as T[];
}

/** The largest difference of a volume's values from those that are right, as its type holds them. */
export function largestDifference({ data }: Volume, expected: readonly number[]): number {
  assert.equal(data.length, expected.length);
  const rounded = data instanceof Float32Array ? Math.fround : (value: number) => value;
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(data[i]! - rounded(value))), 0);
}
