import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGpuLog } from '../../src/gpu/readGpuLog.js';
import { summariseGpuLog } from '../../src/gpu/summary.js';
import { inRepository } from '../../src/paths.js';
import { runPython } from '../python.js';

const file = inRepository('data', 'gpustat', 'k80x8_2018.txt');

test('summariseGpuLog() of the 2018 log: 50 samples, GPUs 0-3 at 38.1 / 30.42 / 31.18 / 31.16 %, 4-7 unused', () => {
  const summary = summariseGpuLog(readGpuLog(file));
  assert.equal(summary.samples, 50);
  assert.deepEqual(
    summary.devices.map(({ index, used }) => [index, used]),
    [0, 1, 2, 3, 4, 5, 6, 7].map((index) => [index, index < 4]),
  );
  const rounded = (value: number | null) => Math.round(value! * 1e6) / 1e6;
  assert.deepEqual(
    summary.devices.slice(0, 4).map(({ meanPercent }) => rounded(meanPercent)),
    [38.1, 30.42, 31.18, 31.16],
  );
  assert.equal(rounded(summary.meanPercent), 32.715);
  assert.equal(rounded(summary.idleShare), 0.345);
  const [first, last] = [summary.firstTime, summary.lastTime];
  assert.deepEqual([first, last], ['2018-10-11T04:16:20', '2018-10-11T04:16:44']);
});

test('summariseGpuLog() equals an independent count of the text', () => {
  const reference = runPython<{ mean: number[]; idle: number[]; memory: number[] }>(
    `import json, sys, re, statistics as st
rows = [(int(m[1]), int(m[2]), int(m[3])) for m in re.finditer(r"\\[(\\d)\\].*?,\\s*(\\d+) % \\|\\s*(\\d+) /", open(json.load(sys.stdin)).read())]
by = [[r for r in rows if r[0] == i] for i in range(8)]
print(json.dumps(dict(mean=[st.fmean(r[1] for r in b) for b in by], idle=[st.fmean(r[1] == 0 for r in b) for b in by], memory=[max(r[2] for r in b) for b in by])))`,
    file,
  );
  const { devices } = summariseGpuLog(readGpuLog(file));
  for (const [index, device] of devices.entries()) {
    assert.ok(Math.abs(device.meanPercent! - reference.mean[index]!) < 1e-9);
    assert.ok(Math.abs(device.idleShare! - reference.idle[index]!) < 1e-9);
    assert.equal(device.peakMemoryMiB, reference.memory[index]);
  }
});

test('summariseGpuLog() leaves unknown values out of the means', () => {
  const record = {
    time: 't',
    host: null,
    uuid: null,
    name: null,
    memoryTotalMiB: null,
    temperatureC: null,
    powerW: null,
    processes: null,
  };
  const at = (utilizationPercent: number | null) => ({
    time: 't',
    host: null,
    devices: [{ ...record, index: 0, utilizationPercent, memoryUsedMiB: 5 }],
  });
  const summary = summariseGpuLog({ samples: [at(null), at(50), at(0)], ignoredLines: [] });
  assert.deepEqual([summary.meanPercent, summary.idleShare], [25, 0.5]);
  assert.equal(summariseGpuLog({ samples: [at(null)], ignoredLines: [] }).meanPercent, null);
});
