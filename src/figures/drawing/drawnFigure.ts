import { type Drawing, drawingSvg } from './drawing.js';
import { drawingPng } from './raster.js';
import { type Theme, themed } from './theme.js';

/** A figure that a notebook shows as it is, and that a file holds as SVG, PNG, or in a page. */
export interface DrawnFigure {
  readonly title: string;
  /** The figure as a picture, for a light page unless it is said. */
  readonly svg: (theme?: Theme) => string;
  /** The same in pixels. */
  readonly png: (theme?: Theme) => Buffer;
  /** The same for plotly, which notebooks show. */
  readonly plotly: () => PlotlyFigure;
  /** Title and numbers in words, a line each: for who does not see the picture. */
  readonly text: () => string;
}

/** How a spec becomes a figure. */
interface Ways {
  readonly drawing: () => Drawing;
  readonly plotly: () => PlotlyFigure;
  /** What it shows, in sentences. */
  readonly says: () => readonly string[];
}

/** Adds to a spec how it is drawn, and how a notebook shows it. */
export function drawnFigure<S extends { readonly title: string }>(
  spec: S,
  { drawing, plotly, says }: Ways,
): S & DrawnFigure {
  const text = (): string => [spec.title, ...says()].join('\n');
  const alt = (): string => [spec.title, ...says()].join('; ');
  const figure = {
    ...spec,
    svg: (theme?: Theme) => drawingSvg(drawing(), theme, alt()),
    png: (theme?: Theme) => drawingPng(drawing(), theme),
    plotly,
    text,
  };
  return Object.defineProperty(figure, Symbol.for('Jupyter.display'), {
    value: () => ({
      'application/vnd.plotly.v1+json': plotly(),
      // Where plotly's renderer is missing: an executed notebook on a web page, a PDF.
      'image/svg+xml': themed(drawingSvg(drawing(), 'light', alt())),
      'text/plain': text(),
    }),
  });
}

/** A figure of plotly's JSON schema, with plotly's own names. */
export interface PlotlyFigure {
  readonly data: readonly Record<string, unknown>[];
  readonly layout: Record<string, unknown>;
}
