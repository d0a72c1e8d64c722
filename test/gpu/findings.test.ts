import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceSummary } from '../../src/gpu/deviceTally.js';
import * as rules from '../../src/gpu/findings.js';
import type { GpuUse } from '../../src/gpu/gpuUse.js';
import type { HostSummary } from '../../src/gpu/hostTally.js';

const device = (index: number, given: Partial<DeviceSummary> = {}): DeviceSummary => ({
  ...{ host: 'h', index, uuid: null, name: 'T4', used: true },
  ...{
    meanPercent: 70,
    medianPercent: 70,
    percentiles: null,
    idleShare: 0,
    busyShare: 0,
    dutyCycle: 1,
    energyWh: null,
  },
  ...{
    peakMemoryMiB: 600,
    lowestMemoryMiB: 500,
    memoryTotalMiB: 1000,
    headroomMiB: 400,
    peakTemperatureC: 60,
  },
  ...{ longestIdleSeconds: 0, longestIdleFrom: null },
  ...given,
});
const use = (given: Partial<GpuUse> = {}, devices = [device(0), device(1)]): GpuUse => ({
  ...{ samples: 100, firstTime: '2025-01-01T00:00:00', lastTime: '2025-01-01T00:10:00', devices, hosts: [] },
  ...{
    meanPercent: 70,
    medianPercent: 70,
    percentiles: null,
    idleShare: 0,
    busyShare: 0,
    dutyCycle: 1,
    energyWh: null,
  },
  ...{ imbalance: 0, idleTogetherShare: null },
  ...given,
});

const host = (given: Partial<HostSummary>): HostSummary => ({
  ...{
    host: 'h',
    samples: 100,
    meanCpuPercent: null,
    peakProcessMemoryMiB: null,
    meanDiskReadMBPerSecond: null,
  },
  ...{ lastStep: null, meanStepMilliseconds: null, waitShare: null },
  ...given,
});

/** Rule, where it fires and what it says, where it does not. */
const CASES: readonly (readonly [rules.Rule, fires: GpuUse, says: RegExp, silent: readonly GpuUse[]])[] = [
  [
    rules.unusedDevices,
    use({}, [device(0), device(1, { used: false })]),
    /^1 of 2 GPUs were never used: GPU 1$/,
    [use()],
  ],
  [
    rules.unusedDevices,
    use({}, [device(0, { used: false })]),
    /^none of the 1 GPUs was used$/,
    [use({}, [])],
  ],
  [
    rules.fedTooSlowly,
    use({ idleShare: 0.34, idleTogetherShare: 0.76 }),
    /^the 2 GPUs in use stand still 34\.0 % of the time, together .* 76\.0 % of the others.* fed too slowly$/,
    [
      use({ idleShare: 0.34, idleTogetherShare: 0.4 }),
      use({ idleShare: 0.05, idleTogetherShare: 0.9 }),
      use({ idleShare: 0.5, idleTogetherShare: null }),
      use({ idleShare: null }),
    ],
  ],
  [
    rules.takeTurns,
    use({ idleShare: 0.5, idleTogetherShare: 0.02 }),
    /stand still 50\.0 % of the time, not together .* 2\.0 % of the others\): they wait for each other/,
    [
      use({ idleShare: 0.34, idleTogetherShare: 0.76 }),
      use({ idleShare: 0.05, idleTogetherShare: 0 }),
      use(),
    ],
  ],
  [
    rules.oneWaits,
    use({ idleShare: 0.2 }, [device(3), device(4, { used: false })]),
    /^GPU 3 stands still 20\.0 % of the time/,
    [use({ idleShare: 0.2 }), use({ idleShare: 0.05 }, [device(0)])],
  ],
  [
    rules.runWaits,
    use({ hosts: [host({ waitShare: 0.43 })] }),
    /^the run's steps waited 43\.0 % of their time for data: read faster/,
    [use(), use({ hosts: [host({ waitShare: 0.02 })] }), use({ hosts: [host({})] })],
  ],
  [
    rules.processorsFull,
    use({ meanPercent: 20, hosts: [host({ meanCpuPercent: 97 })] }),
    /^the processors were busy at 97 % while the GPUs had little to do/,
    [
      use({ meanPercent: 90, hosts: [host({ meanCpuPercent: 97 })] }),
      use({ meanPercent: 20, hosts: [host({ meanCpuPercent: 50 })] }),
      use({ meanPercent: null, hosts: [host({ meanCpuPercent: 97 })] }),
    ],
  ],
  [
    rules.littleWork,
    use({ meanPercent: 32.715, medianPercent: 19.5 }),
    /work at 32\.7 % \(half of the samples below 20 %\)/,
    [use({ meanPercent: 50 }), use({ meanPercent: null })],
  ],
  [
    rules.busy,
    use({ meanPercent: 97, busyShare: 0.98 }),
    /work at 97\.0 %, above 90 % in 98\.0 % of samples: they are the limit/,
    [use({ meanPercent: 89 }), use({ meanPercent: null })],
  ],
  [
    rules.uneven,
    use({ imbalance: 0.5 }, [device(0, { meanPercent: 30 }), device(1, { meanPercent: 90 })]),
    /GPU 1 at 90\.0 %, GPU 0 at 30\.0 %, the busiest 50\.0 % above the mean/,
    [use({ imbalance: 0.2 }), use({ imbalance: null })],
  ],
  [
    rules.memoryTakenWhole,
    use({}, [device(0, { lowestMemoryMiB: 900, peakMemoryMiB: 900 }), device(1)]),
    /^memory of GPU 0 is taken \(90\.0 %\)/,
    [
      use(),
      use({}, [device(0, { lowestMemoryMiB: 600 })]),
      use({}, [device(0, { lowestMemoryMiB: null, peakMemoryMiB: null })]),
      use({}, [device(0, { used: false, lowestMemoryMiB: 900, peakMemoryMiB: 900 })]),
    ],
  ],
  [
    rules.memoryNearlyFull,
    use({}, [device(0, { peakMemoryMiB: 990, headroomMiB: 10 })]),
    /^memory of GPU 0 grew until 10 MiB were left/,
    [use(), use({}, [device(0, { peakMemoryMiB: 990, lowestMemoryMiB: 990, headroomMiB: 10 })])],
  ],
  [
    rules.memoryToSpare,
    use({}, [device(0, { headroomMiB: 800 }), device(1, { headroomMiB: 700 })]),
    /^at least 700 MiB of each GPU in use were never taken/,
    [use(), use({}, [device(0, { headroomMiB: null })]), use({}, [])],
  ],
  [
    rules.longIdle,
    use({}, [device(0, { longestIdleSeconds: 90, longestIdleFrom: '2025-01-01T00:02:00' }), device(1)]),
    /^GPU 0 stood still for 90 s without a break, from 2025-01-01T00:02:00 on$/,
    [
      use(),
      // A minute of a day.
      use({ lastTime: '2025-01-02T00:00:00' }, [device(0, { longestIdleSeconds: 90 })]),
      use({ firstTime: null }, [device(0, { longestIdleSeconds: 90 })]),
      use({}, [device(0, { longestIdleSeconds: 500, used: false })]),
    ],
  ],
  [rules.hot, use({}, [device(0, { peakTemperatureC: 88 })]), /^GPU 0 reached 88 °C/, [use()]],
  [
    rules.workUnknown,
    use({}, [device(0, { meanPercent: null })]),
    /^how busy GPU 0 was is in no sample/,
    [use(), use({}, [device(0, { meanPercent: null, used: false })])],
  ],
];

for (const [rule, fires, says, silent] of CASES)
  test(`findings: ${rule.name} says ${says.source.slice(0, 40)}..., and is silent elsewhere`, () => {
    const said = rule(fires);
    assert.match(said?.text ?? 'nothing', says);
    assert.ok(Object.keys(said!.evidence).length > 0);
    for (const other of silent) assert.equal(rule(other), undefined);
  });

test('findingsOf() names each rule that speaks, every rule is tested here, and a good run has none', () => {
  const tested = new Set(CASES.map(([rule]) => rule));
  const all = Object.values(rules).filter((exported) => exported !== rules.findingsOf);
  assert.deepEqual(
    all.filter((rule) => !tested.has(rule as rules.Rule)),
    [],
  );
  assert.deepEqual(rules.findingsOf(use()), []);
  const two = rules.findingsOf(use({ meanPercent: 20, idleShare: 0.5, idleTogetherShare: 0.9 }));
  assert.deepEqual(
    two.map(({ rule }) => rule),
    ['fedTooSlowly', 'littleWork'],
  );
});

test('findings name devices that follow each other by the first and the last', () => {
  const unused = [0, 2, 3, 4, 5, 7, 8].map((index) => device(index, { used: false }));
  assert.match(
    rules.unusedDevices(use({}, [...unused, device(1)]))!.text,
    /: GPU 0, GPU 2 to 5, GPU 7, GPU 8$/,
  );
});

test('findings name the host where there are several', () => {
  const said = rules.unusedDevices(use({}, [device(0), device(0, { host: 'k', used: false })]));
  assert.match(said!.text, /k GPU 0/);
});
