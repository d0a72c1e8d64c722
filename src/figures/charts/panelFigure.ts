import { type DrawnFigure, drawnFigure } from '../drawing/drawnFigure.js';
import { extentOf } from './chartData.js';
import { shortNumber } from './chartText.js';
import { panelDrawing } from './panelDrawing.js';
import { panelPlotly } from './panelPlotly.js';
import type { HeatPanel, LanePanel, PanelSpec } from './panelSpec.js';

/** Panels over one axis of time, as data and as drawn. */
export type PanelFigure = PanelSpec & DrawnFigure;

/** Adds to panels how they are drawn. */
export function panelFigure(spec: PanelSpec): PanelFigure {
  return drawnFigure(spec, {
    drawing: () => panelDrawing(spec),
    plotly: () => panelPlotly(spec),
    says: () => panelSays(spec),
  });
}

/** What each row and lane shows, in numbers; of a lane in the unit of its axis. */
function panelSays({ panels, says }: PanelSpec): readonly string[] {
  return says ?? panels.flatMap((panel) => (panel.kind === 'heat' ? heatSays(panel) : [laneSays(panel)]));
}

function heatSays({ hosts, unit }: HeatPanel): string[] {
  return hosts.flatMap(({ edges, rows }) =>
    rows.map(({ label, values }) => {
      let [sum, length] = [0, 0];
      for (const [at, value] of values.entries()) {
        if (value === null) continue;
        sum += value * (edges[at + 1]! - edges[at]!);
        length += edges[at + 1]! - edges[at]!;
      }
      return `${label}: ${length === 0 ? 'not known' : `mean ${shortNumber(sum / length)} ${unit}`}`;
    }),
  );
}

function laneSays({ label, unit, curves, limit }: LanePanel): string {
  const values = curves.flatMap(({ y }) => y.filter((value) => value !== null));
  if (values.length === 0) return `${label}: not known`;
  const [low, high] = extentOf(values);
  const of = limit === undefined ? '' : ` of ${shortNumber(limit)}`;
  return `${label}: ${shortNumber(low)} to ${shortNumber(high)}${of} ${unit}`;
}
