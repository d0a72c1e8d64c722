import type { PerformanceSeries } from '../gpu/performance.js';
import { percent } from '../percent.js';
import { type Chart, chart } from './charts/chart.js';
import { comparison, PALETTE, type Trace } from './charts/chartSpec.js';

/**
 * Speed-up over the number of devices, each program with its share of ideal speed; the ideal is dotted.
 * @example
 * display(performanceFigure([...readPerformance(), ...readPerformance(PERFORMANCE_MEASURED)]));
 */
export function performanceFigure(series: readonly PerformanceSeries[]): Chart {
  const most = Math.max(2, ...series.flatMap(({ points }) => points.map(({ devices }) => devices)));
  const traces = series.map(({ name, points }, at): Trace => {
    const { devices, speedup, efficiency } = points.at(-1)!;
    return {
      name: `${name}: ${speedup.toFixed(2)}x on ${devices}, ${percent(efficiency)}`,
      x: points.map((point) => point.devices),
      y: points.map((point) => point.speedup),
      color: PALETTE[(at + 1) % PALETTE.length]!,
      markers: true,
      // The first point is what the others are compared with.
      labels: points.map((point, i) => (i === 0 ? '' : percent(point.efficiency, 0))),
    };
  });
  return chart({
    title: 'Training speed over devices: times as fast as one, share of ideal speed',
    x: {
      ...{ title: 'devices', range: [0.8, most + 0.4] },
      names: Array.from({ length: most + 1 }, (_, devices) => String(devices)),
    },
    y: { title: 'times as fast as one', range: [0, most] },
    traces: [comparison('ideal', [1, most], [1, most]), ...traces],
    says: series.flatMap(({ name, points }) =>
      points.map(
        ({ devices, machine, speedup, efficiency, patchesPerSecond }) =>
          `${name}, ${devices} on ${machine}: ${patchesPerSecond.toFixed(1)} patches/s, ${speedup.toFixed(2)} times as fast as one, ${percent(efficiency)} of ideal`,
      ),
    ),
  });
}
