import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpuUtilizationFigure } from '../../src/figures/gpuUseFigures.js';
import { epochEnds } from '../../src/figures/runMarks.js';
import type { GpuSample } from '../../src/gpu/records/gpuRecord.js';
import { epochRecord, stepRecord } from './sampleRecords.js';

/** A step a second, from step 1. */
const samples = Array.from({ length: 60 }, (_, i): GpuSample => {
  const use = { cpuPercent: 50, processMemoryMiB: 1, diskReadMBPerSecond: 0, stepMilliseconds: 1000 };
  const time = `2024-01-01T00:00:${String(i).padStart(2, '0')}.000`;
  return { time, host: 'h', devices: [], use: { ...use, waitShare: 0, step: i + 1 } } as GpuSample;
});
const begin = Date.parse('2024-01-01T00:00:00Z');

test('gpuUtilizationFigure() marks the ends of epochs where the recording was at their steps', () => {
  const ends = epochEnds([stepRecord(1), epochRecord(1, 20), epochRecord(2, 40), epochRecord(9, 900)]);
  assert.deepEqual(ends[0], { step: 20, label: 'epoch 1' });
  const { marks, svg, plotly } = gpuUtilizationFigure({ samples }, ends);
  assert.deepEqual(marks, [
    { x: begin + 19_000, label: 'epoch 1' },
    { x: begin + 39_000, label: 'epoch 2' },
  ]);
  assert.match(svg(), />epoch 1<.*>epoch 2</);
  assert.equal((plotly().layout.shapes as unknown[]).length, 2);
});

test('gpuUtilizationFigure() marks some steps where no moments are given, and none in a log without a run', () => {
  const { marks } = gpuUtilizationFigure({ samples });
  assert.deepEqual(
    marks!.map(({ label }) => label),
    ['step 10', 'step 20', 'step 30', 'step 40', 'step 50', 'step 60'],
  );
  const without = samples.map(({ use: _, ...sample }) => sample);
  assert.deepEqual(gpuUtilizationFigure({ samples: without }).marks, []);
});
