import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeatPanel, LanePanel, Panel } from '../../src/figures/charts/panelSpec.js';
import { gpuMemoryBars, gpuMemoryFigure, gpuUtilizationFigure } from '../../src/figures/gpuUseFigures.js';
import { readGpuLog } from '../../src/gpu/logs/readGpuLog.js';
import { millisecondsOf } from '../../src/gpu/records/timeAxis.js';
import { inRepository } from '../../src/paths.js';
import { madeSample } from '../gpu/logs.js';

const log = await readGpuLog(inRepository('data', 'gpustat', 'k80x8_2018.txt'));
const lanesOf = ({ panels }: { panels: readonly Panel[] }) =>
  panels.filter((panel) => panel.kind === 'lane') as readonly LanePanel[];
const heatOf = ({ panels }: { panels: readonly Panel[] }) => panels[0] as HeatPanel;

test('gpuUtilizationFigure(): a heat map, a lane a GPU over real times, two a second, and the spread of those in use', () => {
  const figure = gpuUtilizationFigure(log);
  assert.equal(figure.title, 'GPU utilisation: mean 32.7 %, idle 34.5 % (Tesla K80 on ip-172-31-25-225)');
  assert.equal(figure.x.type, 'date');
  assert.deepEqual(figure.x.range, [1539231380000, 1539231405000]);
  const heat = heatOf(figure);
  assert.equal(heat.kind, 'heat');
  const [rows] = heat.hosts;
  assert.equal(rows!.edges.length, 51);
  assert.deepEqual(
    rows!.rows.map(({ label, values }) => [label, values.slice(0, 2)]),
    [
      ...[
        [51, 7],
        [85, 0],
        [49, 0],
        [95, 0],
      ],
      ...Array(4).fill([0, 0]),
    ].map((values, at) => [`GPU ${at}`, values]),
  );
  const lanes = lanesOf(figure);
  assert.deepEqual(
    lanes.map(({ label }) => label),
    [
      ...['GPU 0', 'GPU 1', 'GPU 2', 'GPU 3'],
      ...[4, 5, 6, 7].map((at) => `GPU ${at} (unused)`),
      'spread over 4',
    ],
  );
  const [curve] = lanes[0]!.curves;
  const start = millisecondsOf('2018-10-11T04:16:20');
  assert.deepEqual(curve!.x.slice(0, 3), [start, start + 500, start + 1000]);
  assert.deepEqual(curve!.y.slice(0, 2), [51, 7]);
  const { bands, curves } = lanes[8]!;
  assert.deepEqual([bands![0]!.low[0], bands![0]!.high[0], curves[0]!.y[0]], [49, 95, 68]);
});

test('gpuMemoryFigure() reaches up to the memory there is; gpuMemoryBars() parts it by process', async () => {
  const lanes = lanesOf(gpuMemoryFigure(log));
  assert.deepEqual([lanes.length, lanes[0]!.range, lanes[0]!.limit], [8, [0, 11441], 11441]);
  assert.equal(lanes[3]!.curves[0]!.y[0], 10960);
  const { bars } = gpuMemoryBars(log);
  assert.deepEqual(
    bars[0]!.parts.map(({ name, value }) => [name, value]),
    [
      ['ubuntu', 10945],
      ['others', 15],
    ],
  );
  assert.deepEqual([bars[0]!.total, bars[4]!.parts], [11441, []]);
});

test('gpuUtilizationFigure() of twelve GPUs has no lanes, but the heat map and the spread; of one GPU no spread', () => {
  const samples = [0, 1, 2].map((second) =>
    madeSample(
      `2025-01-01T00:00:0${second}`,
      Array.from({ length: 12 }, (_, at) => ({ utilizationPercent: at * 8 })),
    ),
  );
  const figure = gpuUtilizationFigure({ samples });
  assert.deepEqual(
    figure.panels.map(({ label }) => label),
    ['all', 'spread over 11'],
  );
  const one = gpuUtilizationFigure({
    samples: samples.map((s) => ({ ...s, devices: s.devices.slice(3, 4) })),
  });
  assert.deepEqual(
    one.panels.map(({ label }) => label),
    ['all', 'GPU 3'],
  );
});

test('gpuUtilizationFigure() leaves a gap of the log open, in lanes and heat map; a round that is missing is none', () => {
  const at = (time: string, utilizationPercent: number | null) =>
    madeSample(`2025-01-01T${time}`, [{ utilizationPercent }]);
  const figure = gpuUtilizationFigure({
    samples: [
      at('00:00:00', 5),
      at('00:00:01', 6),
      at('00:00:02', null),
      at('00:00:03', 7),
      at('01:00:00', 8),
      at('01:00:01', 9),
    ],
  });
  const [lane] = lanesOf(figure);
  assert.deepEqual(lane!.curves[0]!.y, [5, 6, 7, null, 8, 9]);
  const [{ edges, rows }] = heatOf(figure).hosts as [HeatPanel['hosts'][0]];
  assert.deepEqual(rows[0]!.values, [5, 6, null, 7, null, 8, 9]);
  assert.equal(edges.length, 8);
});

test('gpuUtilizationFigure() of our own recording overlays step time, waiting, processors; a log without GPU or times is drawn', () => {
  const use = {
    cpuPercent: 50,
    processMemoryMiB: null,
    diskReadMBPerSecond: null,
    step: 1,
    stepMilliseconds: 80,
    waitShare: 0.25,
  };
  const samples = [0, 1].map((second) => ({
    time: `2025-01-01T00:00:0${second}`,
    host: 'h',
    use,
    devices: [],
  }));
  const figure = gpuUtilizationFigure({ samples });
  assert.deepEqual(
    lanesOf(figure).map(({ label, unit, range, curves }) => [label, unit, range[1], curves[0]!.y]),
    [
      ['a step takes', 'ms', 80, [80, 80]],
      ['steps wait', '%', 100, [25, 25]],
      ['processors', '%', 100, [50, 50]],
    ],
  );
  assert.equal(figure.title, 'Use of h');
  const untimed = gpuUtilizationFigure({ samples: [madeSample(null, [{ utilizationPercent: 3 }])] });
  assert.deepEqual([untimed.x.type, lanesOf(untimed)[0]!.curves[0]!.x], ['linear', [1]]);
  for (const drawn of [
    figure,
    untimed,
    gpuUtilizationFigure({ samples: [] }),
    gpuMemoryFigure({ samples: [] }),
  ])
    assert.doesNotMatch(drawn.svg(), /NaN|Infinity/);
});

test('figures of a log without a sample say that nothing is recorded', () => {
  for (const figure of [gpuUtilizationFigure, gpuMemoryFigure]) {
    const { x } = figure({ ...log, samples: [] });
    assert.deepEqual([x.title, x.type], ['time (nothing is recorded)', 'linear']);
  }
});
