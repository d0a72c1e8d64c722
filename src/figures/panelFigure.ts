import { type Drawing, drawingSvg } from './drawing.js';
import type { PlotlyFigure } from './figure.js';
import { panelDrawing } from './panelDrawing.js';
import { panelPlotly } from './panelPlotly.js';
import { drawingPng } from './raster.js';
import { themed } from './theme.js';

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
}

/** A figure that a notebook shows as it is, and that a file holds as SVG, PNG, or in a page. */
export interface DrawnFigure {
  readonly title: string;
  /** The figure as a picture. */
  readonly svg: () => string;
  /** The same in pixels. */
  readonly png: () => Buffer;
  /** The same for plotly, which notebooks show. */
  readonly plotly: () => PlotlyFigure;
}

/** Panels over one axis of time, as data and as drawn. */
export type PanelFigure = PanelSpec & DrawnFigure;

/** Adds to panels how they are drawn. */
export function panelFigure(spec: PanelSpec): PanelFigure {
  return drawnFigure(
    spec,
    () => panelDrawing(spec),
    () => panelPlotly(spec),
  );
}

/** Adds to a spec how it is drawn, and how a notebook shows it. */
export function drawnFigure<S extends { readonly title: string }>(
  spec: S,
  drawing: () => Drawing,
  plotly: () => PlotlyFigure,
): S & DrawnFigure {
  const figure = { ...spec, svg: () => drawingSvg(drawing()), png: () => drawingPng(drawing()), plotly };
  return Object.defineProperty(figure, Symbol.for('Jupyter.display'), {
    value: () => ({
      'application/vnd.plotly.v1+json': plotly(),
      'image/svg+xml': themed(drawingSvg(drawing())),
      'text/plain': spec.title,
    }),
  });
}
