import { shortNumber } from './chartText.js';
import { type DrawnFigure, drawnFigure } from './drawnFigure.js';
import { panelDrawing } from './panelDrawing.js';
import { panelPlotly } from './panelPlotly.js';

/** A curve of a lane; null = a gap. */
export interface LaneCurve {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly color: string;
}

/** Between two curves. */
export interface LaneBand {
  readonly name: string;
  readonly x: readonly number[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly color: string;
}

/** A narrow chart over the axis that all panels share. */
export interface LanePanel {
  readonly kind: 'lane';
  /** Stands in front of the lane. */
  readonly label: string;
  readonly unit: string;
  readonly range: readonly [number, number];
  readonly curves: readonly LaneCurve[];
  readonly bands?: readonly LaneBand[];
  /** A line across, such as the memory there is. */
  readonly limit?: number;
  readonly height?: number;
}

/** One row of a heat map: values of columns, each from one x up to the next. */
export interface HeatRow {
  readonly label: string;
  /** Null = nothing is known. */
  readonly values: readonly (number | null)[];
}

/** Rows that share their columns: those of one host. */
export interface HeatRows {
  /** Where columns begin and end: one more than there are values. */
  readonly edges: readonly number[];
  readonly rows: readonly HeatRow[];
}

/** All devices of each host as rows of coloured cells. */
export interface HeatPanel {
  readonly kind: 'heat';
  readonly label: string;
  readonly unit: string;
  readonly range: readonly [number, number];
  readonly hosts: readonly HeatRows[];
}

/** One panel of a figure over time. */
export type Panel = LanePanel | HeatPanel;

/** Panels one above the other over one axis, as plain data. */
export interface PanelSpec {
  readonly title: string;
  readonly x: {
    readonly title: string;
    /** date: milliseconds as millisecondsOf(). */
    readonly type: 'date' | 'linear';
    readonly range: readonly [number, number];
  };
  readonly panels: readonly Panel[];
  /** Lines across all panels at a moment: where an epoch ended. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  /** What they show, in sentences with numbers; default: what each row and lane shows. */
  readonly says?: readonly string[];
}

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
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const of = limit === undefined ? '' : ` of ${shortNumber(limit)}`;
  return `${label}: ${shortNumber(low)} to ${shortNumber(high)}${of} ${unit}`;
}
