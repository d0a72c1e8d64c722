import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpuRecordOf, toJsonLines } from '../../src/gpu/gpuJsonLines.js';
import { readGpuLog } from '../../src/gpu/readGpuLog.js';
import { inRepository } from '../../src/paths.js';
import { readBytes } from './logs.js';

test('toJsonLines() is read again as it was, also for several samples of one second', async (t) => {
  const log = await readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));
  const text = log.samples.map(toJsonLines).join('');
  assert.equal(text.trimEnd().split('\n').length, 400);
  assert.deepEqual((await readBytes(t, text)).samples, log.samples);
});

test('gpuRecordOf() names the key of what does not fit', () => {
  const time = '2024-01-01T00:00:00';
  assert.match(String(gpuRecordOf({ time: 'noon', index: 0 })), /time: expected ISO 8601, received "noon"/);
  assert.match(String(gpuRecordOf({ time, index: 0.5 })), /index: expected a whole number/);
  assert.match(
    String(gpuRecordOf({ time, index: 0, powerW: 'high' })),
    /powerW: expected .* received "high"/,
  );
});

test('damaged JSON lines are counted, the rest is read', async (t) => {
  const good = '{"time":"2024-01-01T00:00:00","index":0}';
  const log = await readBytes(
    t,
    `${good}\nnull\n7\n{"time":"2024-13-01T00:00:00","index":0}\n${good}\n{"time":"20`,
  );
  assert.deepEqual([log.samples.length, log.ignoredLines], [2, [2, 3, 4, 6]]);
});
