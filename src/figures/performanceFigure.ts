import type { PerformanceSeries } from '../gpu/performance.js';
import { type Chart, chart, PALETTE, type Trace } from './figure.js';

/** Speed-up over the number of devices, each point with its share of ideal speed; the ideal is dotted. */
export function performanceFigure(series: readonly PerformanceSeries[]): Chart {
  const most = Math.max(2, ...series.flatMap(({ points }) => points.map(({ devices }) => devices)));
  const last = (points: PerformanceSeries['points']): number => points.length - 1;
  const traces = series.map(
    ({ name, points }, at): Trace => ({
      name,
      x: points.map(({ devices }) => devices),
      y: points.map(({ speedup }) => speedup),
      color: PALETTE[(at + 1) % PALETTE.length]!,
      markers: true,
      labels: points.map(({ speedup, efficiency }, point) =>
        point === 0 || point < last(points)
          ? ''
          : `${speedup.toFixed(2)}x, ${(100 * efficiency).toFixed(1)} %`,
      ),
    }),
  );
  return chart({
    title: 'Training speed over devices: times as fast as one, share of ideal speed',
    x: { title: 'devices', range: [0.8, most + 0.4] },
    y: { title: 'times as fast as one', range: [0, most] },
    traces: [
      { name: 'ideal', x: [1, most], y: [1, most], color: '#8c8c8c', dash: 'dot', width: 1 },
      ...traces,
    ],
  });
}
