import { deprecate } from 'node:util';
import { escaped, standaloneSvg } from './drawing/markup.js';
import { type Picture, picture } from './drawing/picture.js';
import { placedSvg } from './drawing/sideBySide.js';

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
      if (index % 2 === 0) {
        y += lineHeight;
        lineHeight = 0;
      }
      const x = GAP + (index % 2) * (columnWidth + GAP);
      const { markup, height } = placedSvg(svg, x, y + CAPTION, columnWidth);
      lineHeight = Math.max(lineHeight, height + CAPTION + GAP);
      return `<text x="${x}" y="${y + 16}" font-size="15" font-weight="600" fill="#333">${index + 1}. ${escaped(caption)}</text>${markup}`;
    });
    return standaloneSvg(title, WIDTH, Math.ceil(y + lineHeight), placed.join(''));
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
