import { nameWidth } from '../drawing/drawing.js';
import type { PlotlyFigure } from '../drawing/drawnFigure.js';
import { heatScale } from '../drawing/heatColor.js';
import { PLOTLY_TEMPLATE } from '../drawing/theme.js';
import { GREY } from './chartSpec.js';
import { namesOfPanels, panelHeight } from './panelDrawing.js';
import type { HeatPanel, LanePanel, Panel, PanelSpec } from './panelSpec.js';

const GAP = 12;
const MARGIN = { t: 50, r: 70, b: 45 };
/** Room for the numbers of an axis between it and its name. */
const NAME_SHIFT = -34;

type Json = Record<string, unknown>;

/**
 * Panels as one figure of plotly: a drag across any of them zooms all (a double click goes back), and the tooltips of all
 * stand at one time.
 */
export function panelPlotly({ title, x, panels, marks = [] }: PanelSpec): PlotlyFigure {
  const heights = panels.map(panelHeight);
  const inner = heights.reduce((sum, height) => sum + height + GAP, -GAP);
  const axes: Json = {};
  const names: Json[] = [];
  const data: Json[] = [];
  let top = 0;
  for (const [at, panel] of panels.entries()) {
    const domain = [1 - (top + heights[at]!) / inner, 1 - top / inner].map((end) =>
      Math.max(0, Math.min(1, end)),
    );
    const suffix = at === 0 ? '' : String(at + 1);
    axes[`yaxis${suffix}`] = { domain, ...yAxis(panel) };
    if (panel.kind === 'lane') names.push(nameOf(panel, (domain[0]! + domain[1]!) / 2));
    data.push(...tracesOf(panel, `y${suffix}`, at));
    top += heights[at]! + GAP;
  }
  const lowest = panels.length > 1 ? `y${panels.length}` : 'y';
  return {
    data,
    layout: {
      title: { text: title },
      height: inner + MARGIN.t + MARGIN.b,
      showlegend: false,
      hovermode: 'x unified',
      hoversubplots: 'axis',
      dragmode: 'zoom',
      margin: { ...MARGIN, l: nameWidth(namesOfPanels(panels)) - NAME_SHIFT },
      template: PLOTLY_TEMPLATE,
      xaxis: { title: { text: x.title }, type: x.type, range: x.range, anchor: lowest },
      ...axes,
      annotations: [...names, ...marks.map(markName)],
      ...(marks.length === 0 ? {} : { shapes: marks.map(markLine) }),
    },
  };
}

function markLine({ x }: { readonly x: number }): Json {
  const line = { color: GREY, width: 1, dash: 'dot' };
  return { type: 'line', xref: 'x', yref: 'paper', x0: x, x1: x, y0: 0, y1: 1, line };
}

function markName({ x, label }: { readonly x: number; readonly label: string }): Json {
  const place = { xref: 'x', yref: 'paper', x, y: 1, yanchor: 'bottom' };
  return { text: label, showarrow: false, font: { size: 10 }, ...place };
}

function nameOf({ label }: LanePanel, y: number): Json {
  const place = {
    xref: 'paper',
    yref: 'paper',
    x: 0,
    y,
    xanchor: 'right',
    yanchor: 'middle',
    xshift: NAME_SHIFT,
  };
  return { text: label, showarrow: false, font: { size: 12 }, ...place };
}

function yAxis(panel: Panel): Json {
  // A drag moves along the shared axis alone.
  if (panel.kind === 'heat') return { autorange: 'reversed', fixedrange: true, type: 'category' };
  const [low, high] = panel.range;
  return {
    range: [low, high],
    fixedrange: true,
    nticks: 3,
  };
}

function tracesOf(panel: Panel, yaxis: string, at: number): Json[] {
  return panel.kind === 'heat' ? heatTraces(panel, yaxis, at) : laneTraces(panel, yaxis);
}

function heatTraces({ hosts, range, unit }: HeatPanel, yaxis: string, at: number): Json[] {
  return hosts.map(({ edges, rows }, host) => ({
    type: 'heatmap',
    name: '',
    x: edges,
    y: rows.map(({ label }) => label),
    z: rows.map(({ values }) => values),
    ...{ zmin: range[0], zmax: range[1], colorscale: heatScale(), xaxis: 'x', yaxis },
    showscale: at === 0 && host === 0,
    colorbar: { title: { text: unit }, thickness: 10, len: 0.25, y: 1, yanchor: 'top' },
    hovertemplate: `%{y}: %{z:.0f} ${unit}<extra></extra>`,
    // Drawn as one picture, also with a thousand columns.
    zsmooth: false,
  }));
}

function laneTraces({ curves, bands = [], unit, limit }: LanePanel, yaxis: string): Json[] {
  const axes = { xaxis: 'x', yaxis };
  const hovertemplate = `%{y:.4~g} ${unit}`;
  return [
    ...bands.flatMap(({ name, x, low, high, color }) => [
      { type: 'scatter', mode: 'lines', x, y: low, line: { width: 0 }, hoverinfo: 'skip', ...axes },
      {
        ...{ type: 'scatter', mode: 'lines', name, x, y: high, line: { width: 0 }, ...axes },
        ...{ fill: 'tonexty', fillcolor: color, hovertemplate },
      },
    ]),
    ...curves.map(({ name, x, y, color }) => ({
      ...{ type: 'scatter', mode: 'lines', name, x, y, ...axes, hovertemplate },
      line: { color, width: 1.5 },
      connectgaps: false,
    })),
    ...(limit === undefined ? [] : [limitTrace(curves, limit, axes)]),
  ];
}

function limitTrace(curves: LanePanel['curves'], limit: number, axes: Json): Json {
  const x = curves[0]?.x ?? [];
  return {
    ...{ type: 'scatter', mode: 'lines', x: [x[0], x.at(-1)], y: [limit, limit], hoverinfo: 'skip', ...axes },
    line: { color: '#999999', width: 1, dash: 'dot' },
  };
}
