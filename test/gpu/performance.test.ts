import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { PERFORMANCE_MEASURED, readPerformance } from '../../src/gpu/performance.js';

test('readPerformance(): four GPUs of 2018 were 1.27 times as fast as one, at 31.7 % of ideal speed', () => {
  const [series] = readPerformance();
  const [one, four] = series!.points;
  assert.deepEqual([one!.devices, four!.devices, one!.speedup, one!.efficiency], [1, 4, 1, 1]);
  // 1320 s and 1040 s an epoch of 2379 batches of 64.
  assert.ok(
    Math.abs(one!.patchesPerSecond - 115.35) < 0.01 && Math.abs(four!.patchesPerSecond - 146.4) < 0.01,
  );
  assert.equal(four!.speedup.toFixed(4), (1320 / 1040).toFixed(4));
  assert.equal(four!.efficiency.toFixed(3), '0.317');
});

test('readPerformance() of our own speeds: efficiency of each program', () => {
  const efficiencies = readPerformance(PERFORMANCE_MEASURED).map(({ points }) =>
    points.at(-1)!.efficiency.toFixed(2),
  );
  assert.deepEqual(efficiencies, ['1.00', '0.91']);
});

test('readPerformance() names the field of what does not fit', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-performance-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'table.json');
  const point = { devices: 1, machine: 'm', batch: 8, patchesPerSecond: 2 };
  const series = (points: unknown[]) => ({ series: [{ name: 'n', scaling: 's', points }] });
  for (const [content, says] of [
    [{}, /series: expected a list/],
    [series([]), /series\[0\]\.points: expected points, found none/],
    [series([{ ...point, devices: 0 }]), /points\[0\]\.devices: expected a whole number of at least 1/],
    [series([{ ...point, patchesPerSecond: null }]), /patchesPerSecond: expected a number/],
    [series([{ ...point, patchesPerSecond: undefined }]), /trainingSteps: expected a whole number/],
    [{ series: [{ scaling: 's', points: [point] }] }, /name: expected a text/],
    [[], /expected an object/],
  ] as const) {
    writeFileSync(file, JSON.stringify(content));
    assert.throws(
      () => readPerformance(file),
      (error: unknown) => error instanceof InputError && says.test(error.message),
    );
  }
  writeFileSync(file, '{');
  assert.throws(() => readPerformance(file), InputError);
});
