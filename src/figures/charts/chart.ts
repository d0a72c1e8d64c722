import { type DrawnFigure, drawnFigure } from '../drawing/drawnFigure.js';
import { cleanSpec } from './chartData.js';
import { chartDrawing } from './chartDrawing.js';
import { chartPlotly } from './chartPlotly.js';
import type { ChartSpec } from './chartSpec.js';
import { chartSays } from './chartText.js';

/** A chart that a notebook shows as it is: `display(chart)`, or the last line of a cell. */
export type Chart = ChartSpec & DrawnFigure;

/**
 * Adds to a chart how it is drawn. Long curves are thinned to what a figure shows: the lowest and the highest point of each part.
 * @example
 * const loss = { name: 'run 1', x: [1, 2, 3], y: [0.7, 0.5, 0.4] };
 * display(chart({ title: 'Loss', x: { title: 'epoch' }, y: { title: 'loss' }, traces: [loss] }));
 */
export function chart(spec: ChartSpec): Chart {
  const drawn = cleanSpec(spec);
  return drawnFigure(spec, {
    drawing: () => chartDrawing(drawn),
    plotly: () => chartPlotly(drawn),
    says: () => chartSays(spec),
  });
}
