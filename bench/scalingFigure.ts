import { type Chart, chart } from '../src/figures/charts/chart.js';
import { GREY, PALETTE } from '../src/figures/charts/chartSpec.js';

export interface ScalingPoint {
  readonly devices: number;
  /** Share of ideal speed. */
  readonly efficiency: number;
}

/** Efficiency over the number of devices: what was measured as points, what is expected as a line. */
export function scalingFigure(measured: readonly ScalingPoint[], expected: readonly ScalingPoint[]): Chart {
  const line = (points: readonly ScalingPoint[]) => ({
    x: points.map(({ devices }) => devices),
    y: points.map(({ efficiency }) => 100 * efficiency),
  });
  return chart({
    title: 'Data parallel training: share of ideal speed',
    x: { title: 'devices' },
    y: { title: 'efficiency (%)', range: [0, 105] },
    traces: [
      { name: 'modelled', ...line(expected), color: GREY, dash: 'dot' },
      { name: 'measured', ...line(measured), color: PALETTE[0], markers: true },
    ],
  });
}
