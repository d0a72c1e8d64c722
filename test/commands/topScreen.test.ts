import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TopView, topScreen } from '../../src/commands/topScreen.js';
import { madeSample } from '../gpu/logs.js';

const use = {
  cpuPercent: 45,
  processMemoryMiB: null,
  diskReadMBPerSecond: 12.34,
  step: null,
  stepMilliseconds: null,
  waitShare: null,
};
const sample = (percent: number, devices = 2) => ({
  ...madeSample(
    '2025-01-01T12:34:56.000Z',
    Array.from({ length: devices }, () => ({
      ...{
        name: 'NVIDIA A100-SXM4-80GB',
        utilizationPercent: percent,
        memoryUsedMiB: 20480,
        memoryTotalMiB: 81920,
      },
      ...{ temperatureC: 61, powerW: 250 },
      processes: [{ user: 'ada', command: 'evil\u001b[2J', pid: 77, memoryMiB: 512 }],
    })),
    'node-7',
  ),
  use,
});
const view = (given: Partial<TopView> = {}): TopView => ({
  ...{
    samples: [0, 50, 100].map((percent) => sample(percent)),
    source: 'NVML',
    intervalMs: 1000,
    columns: 100,
    rows: 24,
  },
  memory: { usedMiB: 8192, totalMiB: 65536 },
  ...given,
});

test('topScreen() shows each device with bars, curve and processes, and the host below', () => {
  const lines = topScreen(view());
  assert.match(lines[0]!, /^node-7 {2}12:34:56 {2}by NVML {2}every 1 s {2}Ctrl-C ends$/);
  assert.match(lines[1]!, /^GPU 0 {2}100 % {2}█{18} {3}20480\/81920 MiB {2}█{5}░{13} {2}61 °C {2}250 W$/);
  assert.match(lines[2]!, /NVIDIA A100-SXM4-80GB {2}▁▅█$/);
  assert.match(lines[3]!, /77 ada evil\\x1b\[2J 512 MiB/);
  assert.match(lines.at(-2)!, /^host {4}45 % {2}█{5}░{7} {2}memory 8\.0\/64\.0 GiB {2}disks 12\.3 MB\/s$/);
  assert.equal(lines.at(-1), '    ▄▄▄');
});

test('topScreen() fits any terminal, and says what it leaves out', () => {
  for (const columns of [1, 10, 20, 40, 69, 70, 80, 200])
    for (const rows of [3, 5, 10, 24]) {
      const lines = topScreen(view({ columns, rows, samples: [sample(30, 12)] }));
      assert.ok(lines.length <= rows, `${lines.length} of ${rows} rows`);
      for (const line of lines) assert.ok([...line].length <= columns, `${columns}: ${line}`);
    }
  const few = topScreen(view({ rows: 8, samples: [sample(30, 12)] }));
  assert.ok(few.includes('... 8 more'), few.join('\n'));
  const all = topScreen(view({ rows: 16, samples: [sample(30, 12)] }));
  assert.equal(all.filter((line) => line.startsWith('GPU')).length, 12);
});

test('topScreen() without a GPU, and without a first sample, shows the host', () => {
  const lines = topScreen(view({ source: null, samples: [sample(0, 0)] }));
  assert.deepEqual([lines.length, lines[0]!.includes('no GPU can be read')], [3, true]);
  assert.match(topScreen(view({ samples: [] })).join('\n'), /host {5}\? %/);
});
