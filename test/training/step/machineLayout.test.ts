import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { layoutDifferences, machineLayout } from '../../../src/training/step/machineLayout.js';

test('machineLayout() says library, threads, device and processor', () => {
  const layout = machineLayout();
  assert.match(String(layout.tensorflow), /^2\.\d+/);
  assert.equal(layout.threads, Number(process.env.TF_NUM_INTRAOP_THREADS ?? availableParallelism()));
  assert.match(String(layout.device), /^[CG]PU$/);
});

test('layoutDifferences() names what differs, and is empty for the same layout', () => {
  const layout = { ...machineLayout(), threads: 2 };
  assert.deepEqual(layoutDifferences(layout, { ...layout }), []);
  assert.deepEqual(layoutDifferences(layout, { ...layout, threads: 4 }), ['threads: 2, now 4']);
});
