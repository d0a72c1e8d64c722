import { deprecate } from 'node:util';
import { escaped } from './drawing/markup.js';
import { type Picture, picture } from './drawing/picture.js';
import { placedSvg, sizeOfSvg } from './drawing/sideBySide.js';

/** A step from scans to scores: what it shows, and its own SVG. */
export interface WorkflowStep {
  readonly caption: string;
  readonly svg: string;
}

const WIDTH = 1180;
const GAP = 20;
const CAPTION = 26;

/**
 * Pictures from left to right and top to bottom, two a line, scaled to the same width, each under its caption.
 * @example
 * const loss = lossFigure(metricsOf(inRepository('runs/start')));
 * display(workflowFigure('From patches to a score', [{ caption: 'the loss falls', svg: loss.svg() }]));
 */
export function workflowFigure(title: string, steps: readonly WorkflowStep[]): Picture {
  return picture(title, () => {
    const columnWidth = (WIDTH - 3 * GAP) / 2;
    let y = GAP;
    let lineHeight = 0;
    const placed = steps.map(({ caption, svg }, index) => {
      const { width, height } = sizeOfSvg(svg);
      const scaledHeight = (height * columnWidth) / width;
      if (index % 2 === 0) {
        y += lineHeight;
        lineHeight = 0;
      }
      lineHeight = Math.max(lineHeight, scaledHeight + CAPTION + GAP);
      const x = GAP + (index % 2) * (columnWidth + GAP);
      const nested = placedSvg(svg, x, y + CAPTION, columnWidth).markup;
      return `<text x="${x}" y="${y + 16}" font-size="15" font-weight="600" fill="#333">${index + 1}. ${escaped(caption)}</text>${nested}`;
    });
    const height = Math.ceil(y + lineHeight);
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif"><rect width="${WIDTH}" height="${height}" fill="white"/>${placed.join('')}</svg>`;
  });
}

/**
 * The earlier name of WorkflowStep.
 * @deprecated since 0.1.0: take WorkflowStep
 */
export type RiverPart = WorkflowStep;

/**
 * The earlier name of workflowFigure().
 * @deprecated since 0.1.0: take workflowFigure()
 * @example
 * const loss = lossFigure(metricsOf(inRepository('runs/start')));
 * riverFigure('From patches to a score', [{ caption: 'the loss falls', svg: loss.svg() }]);
 */
export const riverFigure: typeof workflowFigure = deprecate(
  workflowFigure,
  'riverFigure() is deprecated since 0.1.0: take workflowFigure()',
  'VOXLAB_RIVER_FIGURE',
);
