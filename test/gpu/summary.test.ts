import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGpuLog } from '../../src/gpu/logs/readGpuLog.js';
import { summariseGpuLog, summariseGpuSamples } from '../../src/gpu/summary.js';
import { inRepository } from '../../src/paths.js';
import { runPython } from '../python.js';
import { madeSample } from './logs.js';

const file = inRepository('data', 'gpustat', 'k80x8_2018.txt');

test('summariseGpuLog() of the 2018 log: 50 samples, GPUs 0-3 at 38.1 / 30.42 / 31.18 / 31.16 %, 4-7 unused', async () => {
  const summary = summariseGpuLog(await readGpuLog(file));
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

test('summariseGpuLog() equals an independent count of the text', async () => {
  const reference = runPython<{ mean: number[]; idle: number[]; memory: number[] }>(
    `import json, sys, re, statistics as st
rows = [(int(m[1]), int(m[2]), int(m[3])) for m in re.finditer(r"\\[(\\d)\\].*?,\\s*(\\d+) % \\|\\s*(\\d+) /", open(json.load(sys.stdin)).read())]
by = [[r for r in rows if r[0] == i] for i in range(8)]
print(json.dumps(dict(mean=[st.fmean(r[1] for r in b) for b in by], idle=[st.fmean(r[1] == 0 for r in b) for b in by], memory=[max(r[2] for r in b) for b in by])))`,
    file,
  );
  const { devices } = summariseGpuLog(await readGpuLog(file));
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

test('summariseGpuLog() counts a device as used for utilisation, a process, or memory above 256 MiB', () => {
  const device = (utilizationPercent: number, memoryUsedMiB: number, user?: string) => ({
    ...{ time: null, host: null, index: 0, uuid: null, name: null, utilizationPercent, memoryUsedMiB },
    ...{ memoryTotalMiB: null, temperatureC: null, powerW: null },
    processes: user === undefined ? [] : [{ user, command: null, pid: null, memoryMiB: null }],
  });
  const used = (record: ReturnType<typeof device>) =>
    summariseGpuLog({ samples: [{ time: null, host: null, devices: [record] }], ignoredLines: [] })
      .devices[0]!.used;
  assert.deepEqual(
    [device(0, 103), device(0, 256), device(0, 257), device(1, 0), device(0, 0, 'ada')].map(used),
    [...[false, false], ...[true, true, true]],
  );
});

test('summariseGpuSamples() keeps equal indexes of two hosts apart, from the earliest time to the latest', async () => {
  const record = {
    ...{ uuid: null, name: null, memoryTotalMiB: null, temperatureC: null, powerW: null, processes: null },
    ...{ index: 0, memoryUsedMiB: 9 },
  };
  async function* samples() {
    for (const [host, time, utilizationPercent] of [
      ['node2', '2025-03-04T12:00:03', 10],
      ['node1', '2025-03-04T12:00:01', 90],
    ] as const)
      yield { time, host, devices: [{ ...record, time, host, utilizationPercent }] };
  }
  const { devices, firstTime, lastTime, samples: count } = await summariseGpuSamples(samples());
  assert.deepEqual(
    devices.map(({ host, meanPercent }) => [host, meanPercent]),
    [
      ['node1', 90],
      ['node2', 10],
    ],
  );
  assert.deepEqual([firstTime, lastTime, count], ['2025-03-04T12:00:01', '2025-03-04T12:00:03', 2]);
});

test('summariseGpuLog() of the 2018 log: percentiles as numpy gives them, busy share, imbalance, headroom, idle together', async () => {
  const summary = summariseGpuLog(await readGpuLog(file));
  const reference = runPython<{ each: number[][]; all: number[]; busy: number[]; together: number }>(
    `import json, sys, re, itertools, numpy as np
rows = [(int(m[1]), int(m[2])) for m in re.finditer(r"\\[(\\d)\\].*?,\\s*(\\d+) % \\|", open(json.load(sys.stdin)).read())]
by = np.array([[u for i, u in rows if i == k] for k in range(4)])
q = [5, 25, 50, 75, 95]
idle = by == 0
pairs = list(itertools.permutations(range(4), 2))
print(json.dumps(dict(each=[np.percentile(b, q).tolist() for b in by], all=np.percentile(by, q).tolist(), busy=(by > 90).mean(1).tolist(),
  together=sum(int((idle[a] & idle[b]).sum()) for a, b in pairs) / sum(int(idle[a].sum()) for a, _ in pairs))))`,
    file,
  );
  const close = (value: number | null | undefined, expected: number | undefined) =>
    assert.ok(Math.abs(value! - expected!) < 1e-9, `${value} is not ${expected}`);
  for (const [load, expected] of [
    [summary, reference.all],
    ...reference.each.map((each, index) => [summary.devices[index]!, each] as const),
  ] as const) {
    const { p5, p25, p75, p95 } = load.percentiles!;
    for (const [at, value] of [p5, p25, load.medianPercent, p75, p95].entries()) close(value, expected[at]);
  }
  for (const [index, share] of reference.busy.entries()) close(summary.devices[index]!.busyShare, share);
  close(summary.idleTogetherShare, reference.together);
  close(summary.imbalance, 38.1 / 32.715 - 1);
  assert.deepEqual(
    summary.devices.map(({ headroomMiB }) => headroomMiB),
    [481, 481, 481, 481, ...Array(4).fill(11441)],
  );
  assert.equal(summary.devices[0]!.energyWh, null);
  assert.deepEqual(
    summary.findings.map(({ rule }) => rule),
    ['unusedDevices', 'fedTooSlowly', 'littleWork', 'memoryTakenWhole'],
  );
});

test('summariseGpuLog() weighs by time: duty cycle, energy, the longest idle stretch; nothing is known in a gap', () => {
  const at = (second: number, utilizationPercent: number, powerW: number | null = 360) =>
    madeSample(new Date(Date.UTC(2025, 0, 1) + second * 1000).toISOString(), [
      { utilizationPercent, powerW },
    ]);
  // Idle from 1 s to 4 s, then for the usual second before the gap.
  const seconds = [at(0, 50), at(1, 0), at(2, 0), at(3, 0), at(4, 80), at(5, 0), at(3600, 0), at(3601, 10)];
  const [device] = summariseGpuLog({ samples: seconds, ignoredLines: [] }).devices;
  assert.deepEqual([device!.longestIdleSeconds, device!.longestIdleFrom], [3, '2025-01-01T00:00:01.000Z']);
  // 8 samples of a second each: 360 W for 8 s; at work in three of them.
  assert.ok(Math.abs(device!.energyWh! - (360 * 8) / 3600) < 1e-9, String(device!.energyWh));
  assert.ok(Math.abs(device!.dutyCycle! - 3 / 8) < 1e-9, String(device!.dutyCycle));
  const uneven = [at(0, 100), at(1, 0), at(4, 100), at(5, 100)];
  const [other] = summariseGpuLog({ samples: uneven, ignoredLines: [] }).devices;
  assert.deepEqual([other!.idleShare, other!.longestIdleSeconds], [0.25, 3]);
  assert.ok(other!.dutyCycle! < 0.6, 'the idle sample stands for three seconds');
  const [unpowered] = summariseGpuLog({ samples: [at(0, 1, null)], ignoredLines: [] }).devices;
  assert.equal(unpowered!.energyWh, null);
});
