import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpuRecordOf, toJsonLines } from '../../../src/gpu/logs/gpuJsonLines.js';
import { readGpuLog } from '../../../src/gpu/logs/readGpuLog.js';
import { inRepository } from '../../../src/paths.js';
import { readBytes } from '../logs.js';

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

test('a line of a host joins the devices below it; a damaged one is counted and joins nothing', async (t) => {
  const host = (second: number, cpu: number | string) =>
    `${JSON.stringify({ time: `2025-01-01T00:00:0${second}Z`, host: 'h', cpuPercent: cpu, processMemoryMiB: null, diskReadMBPerSecond: 1, step: 7, stepMilliseconds: 12.5, waitShare: 0.5 })}\n`;
  const device = (second: number, index: number) =>
    `{"time":"2025-01-01T00:00:0${second}Z","host":"h","index":${index}}\n`;
  const log = await readBytes(
    t,
    host(0, 50) + device(0, 0) + device(0, 1) + host(1, 'much') + device(1, 0) + host(2, 60) + host(3, 101),
  );
  assert.deepEqual(
    log.samples.map(({ time, use, devices }) => [time?.slice(17, 19), use?.cpuPercent, devices.length]),
    [
      ['00', 50, 2],
      ['01', undefined, 1],
      ['02', 60, 0],
    ],
  );
  assert.deepEqual(log.ignoredLines, [4, 7]);
  assert.match(log.ignored![0]!.reason, /cpuPercent: expected a number or null, received "much"/);
  const [first] = log.samples;
  assert.deepEqual((await readBytes(t, log.samples.map(toJsonLines).join(''))).samples, log.samples);
  assert.deepEqual(first!.use, {
    ...{ cpuPercent: 50, processMemoryMiB: null, diskReadMBPerSecond: 1 },
    ...{ step: 7, stepMilliseconds: 12.5, waitShare: 0.5 },
  });
});
