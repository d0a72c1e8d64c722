import { PALETTE } from './charts/chartSpec.js';
import { coordinate, escaped, standaloneSvg } from './drawing/markup.js';
import { type Picture, picture } from './drawing/picture.js';

/** A way to spread a step: what each device of each replica holds. */
export interface StrategyPanel {
  readonly name: string;
  readonly caption: string;
  /** Parts of the network by replica, then by stage. */
  readonly parts: readonly (readonly (readonly string[])[])[];
  /** Rows of the batch that each replica takes, as text. */
  readonly rows: readonly string[];
}

const WIDTH = 1000;
const PANEL_WIDTH = WIDTH / 2;
const BOX = 132;
const LINE = 15;

/**
 * The strategies side by side: boxes are devices, each row of boxes is a replica of the network.
 * @example
 * const whole = ['stem', 's1b1', 'head'];
 * const replicas = [[whole], [whole]];
 * display(strategyFigure([{ name: 'data', caption: 'two replicas', parts: replicas, rows: ['0-7', '8-15'] }]));
 */
export function strategyFigure(panels: readonly StrategyPanel[]): Picture {
  const title = 'How a training step is spread over devices';
  return picture(title, () => {
    const heights = panels.map(heightOf);
    let y = 10;
    const drawn = panels.map((panel, index) => {
      if (index > 0 && index % 2 === 0) y += Math.max(heights[index - 2]!, heights[index - 1]!) + 16;
      return `<g transform="translate(${(index % 2) * PANEL_WIDTH + 10} ${y})">${drawPanel(panel)}</g>`;
    });
    const height = y + Math.max(...heights.slice(-2)) + 10;
    const arrow = `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>`;
    return standaloneSvg(title, WIDTH, height, arrow + drawn.join(''));
  });
}

function boxHeight({ parts }: StrategyPanel): number {
  return 32 + LINE * Math.max(...parts.flat().map((names) => Math.ceil(names.length / 2)));
}

function heightOf(panel: StrategyPanel): number {
  return 56 + panel.parts.length * (boxHeight(panel) + 22);
}

function drawPanel(panel: StrategyPanel): string {
  const { name, caption, parts, rows } = panel;
  const height = boxHeight(panel);
  const left = 110;
  const head = `<text y="16" font-size="16" font-weight="600" fill="#333">${escaped(name)}</text><text y="36" font-size="12.5" fill="#555">${escaped(caption)}</text>`;
  let device = 0;
  const replicas = parts.map((stages, replica) => {
    const y = 48 + replica * (height + 22);
    const boxes = stages.map((names, stage) => {
      const x = left + stage * (BOX + 34);
      const lines = Array.from({ length: Math.ceil(names.length / 2) }, (_, i) =>
        names.slice(2 * i, 2 * i + 2).join('  '),
      );
      const texts = lines.map(
        (text, i) =>
          `<text x="${x + 10}" y="${y + 36 + i * LINE}" font-size="12" font-family="monospace" fill="#222">${escaped(text)}</text>`,
      );
      const arrow =
        stage === 0
          ? `<line x1="${left - 30}" y1="${y + height / 2}" x2="${left - 3}" y2="${y + height / 2}" stroke="#555" marker-end="url(#arrow)"/>`
          : `<line x1="${x - 31}" y1="${y + height / 2}" x2="${x - 3}" y2="${y + height / 2}" stroke="#555" marker-start="url(#arrow)" marker-end="url(#arrow)"/>`;
      return `<rect x="${x}" y="${y}" width="${BOX}" height="${height}" rx="6" fill="${PALETTE[stage % PALETTE.length]}" fill-opacity="0.16" stroke="${PALETTE[stage % PALETTE.length]}"/><text x="${x + 10}" y="${y + 18}" font-size="12" font-weight="600" fill="#333">device ${device++}</text>${texts.join('')}${arrow}`;
    });
    const mean =
      replica === 0
        ? ''
        : stages
            .map((_, stage) => {
              const x = coordinate(left + stage * (BOX + 34) + BOX / 2);
              return `<line x1="${x}" y1="${y - 20}" x2="${x}" y2="${y - 2}" stroke="#555" stroke-dasharray="3 3" marker-start="url(#arrow)" marker-end="url(#arrow)"/>`;
            })
            .join('');
    return `<text x="0" y="${y + height / 2 + 4}" font-size="12" fill="#333">${escaped(rows[replica] ?? '')}</text>${boxes.join('')}${mean}`;
  });
  return head + replicas.join('');
}
