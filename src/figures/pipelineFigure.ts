import { deprecate } from 'node:util';
import type { TimedPass } from '../training/step/learner.js';
import { PALETTE } from './charts/chartSpec.js';
import { coordinate, escaped, standaloneSvg } from './drawing/markup.js';
import { type Picture, picture } from './drawing/picture.js';

const WIDTH = 1000;
const ROW = 46;
const LEFT = 90;
const TOP = 44;
const RIGHT = 30;

/**
 * One measured step: a row for each device, a bar for each pass of a micro-batch; backward passes are darker.
 * @example
 * const forward = { name: 'forward 0', device: 'CPU:0', replica: 0, stage: 0, fromMs: 0, toMs: 4 };
 * const backward = { ...forward, name: 'backward 0', fromMs: 4, toMs: 13 };
 * display(pipelineFigure('One step of one stage', [forward, backward]));
 */
export function pipelineFigure(title: string, passes: readonly TimedPass[]): Picture {
  return picture(title, () => {
    const devices = [...new Set(passes.map(({ device }) => device))].sort();
    const end = Math.max(...passes.map(({ toMs }) => toMs), 1);
    const x = (ms: number): number => LEFT + (ms / end) * (WIDTH - LEFT - RIGHT);
    const rows = devices.map((device, index) => {
      const y = TOP + index * ROW;
      return `<text x="10" y="${y + 22}" font-size="14" fill="#333">${escaped(shortName(device))}</text><rect x="${LEFT}" y="${y}" width="${WIDTH - LEFT - RIGHT}" height="${ROW - 10}" fill="#f2f2f2"/>`;
    });
    const bars = passes.map(({ name, device, stage, fromMs, toMs }) => {
      const y = TOP + devices.indexOf(device) * ROW;
      const isForward = name.startsWith('forward');
      const width = Math.max(1, x(toMs) - x(fromMs));
      const label = `${isForward ? 'F' : 'B'}${name.split(' ')[1]}`;
      return `<g><title>${escaped(`${name}, stage ${stage}: ${fromMs.toFixed(0)} to ${toMs.toFixed(0)} ms`)}</title><rect x="${coordinate(x(fromMs))}" y="${y}" width="${coordinate(width)}" height="${ROW - 10}" fill="${PALETTE[0]}" fill-opacity="${isForward ? 0.45 : 0.9}" stroke="white"/>${width > 18 ? `<text x="${coordinate(x(fromMs) + width / 2)}" y="${y + 23}" font-size="12" text-anchor="middle" fill="${isForward ? '#222' : 'white'}">${escaped(label)}</text>` : ''}</g>`;
    });
    const bottom = TOP + devices.length * ROW;
    const ticks = [0, 0.25, 0.5, 0.75, 1].map(
      (part) =>
        `<text x="${coordinate(x(part * end))}" y="${bottom + 14}" font-size="12" text-anchor="middle" fill="#555">${(part * end).toFixed(0)} ms</text>`,
    );
    const head = `<text x="10" y="24" font-size="15" font-weight="600" fill="#333">${escaped(title)}</text>`;
    return standaloneSvg(title, WIDTH, bottom + 26, [head, ...rows, ...bars, ...ticks].join(''));
  });
}

/** `CPU:1` of `/job:localhost/replica:0/task:0/device:CPU:1`. */
function shortName(device: string): string {
  return device.replace(/.*device:/, '');
}

/**
 * The earlier name of pipelineFigure().
 * @deprecated since 0.1.0: take pipelineFigure()
 * @example
 * const forward = { name: 'forward 0', device: 'CPU:0', replica: 0, stage: 0, fromMs: 0, toMs: 4 };
 * const backward = { ...forward, name: 'backward 0', fromMs: 4, toMs: 13 };
 * display(passesFigure('One step of one stage', [forward, backward]));
 */
export const passesFigure: typeof pipelineFigure = deprecate(
  pipelineFigure,
  'passesFigure() is deprecated since 0.1.0: take pipelineFigure()',
  'VOXLAB_PASSES_FIGURE',
);
