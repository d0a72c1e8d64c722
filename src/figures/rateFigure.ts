import type { RateRecord } from '../training/findRate.js';
import { type Chart, chart } from './charts/chart.js';
import { EACH_BATCH, PALETTE } from './charts/chartSpec.js';

/**
 * Loss over the learning rate of a sweep, its running mean, and the suggested rate.
 * @example
 * const first = { kind: 'step', step: 1, steps: 2, learningRate: 1e-4, loss: 0.7, smoothed: 0.7 } as const;
 * const second = { ...first, step: 2, learningRate: 1e-3, loss: 0.5, smoothed: 0.6 };
 * const end = { kind: 'end', suggested: 1e-3, lowest: 1e-3, diverged: false } as const;
 * display(rateFigure([first, second, end]));
 */
export function rateFigure(records: Iterable<RateRecord>): Chart {
  const all = [...records];
  const steps = all.flatMap((record) => (record.kind === 'step' ? [record] : []));
  const suggested = all.find((record) => record.kind === 'end')?.suggested ?? null;
  const rates = steps.map(({ learningRate }) => learningRate);
  const [first = 1e-6, last = 1] = [rates[0], rates.at(-1)];
  const means = steps.map(({ smoothed }) => smoothed);
  const at = steps.find(({ learningRate }) => learningRate === suggested);
  return chart({
    title:
      suggested === null
        ? 'Learning rates: the loss did not fall'
        : `Learning rates: steepest fall of the loss at ${suggested.toExponential(1)}`,
    x: { title: 'learning rate', type: 'log10', range: [first, Math.max(last, 10 * first)] },
    // A single wild batch near the end must not flatten the rest.
    y: { title: 'loss', range: [0, 2 * Math.max(1e-6, ...means.slice(0, 10))] },
    traces: [
      { name: 'each batch', x: rates, y: steps.map(({ loss }) => loss), color: EACH_BATCH, width: 1 },
      { name: 'running mean', x: rates, y: means, color: PALETTE[0] },
      ...(at === undefined
        ? []
        : [
            {
              ...{ name: 'suggested', x: [at.learningRate], y: [at.smoothed] },
              ...{ color: PALETTE[1], markers: true },
            },
          ]),
    ],
  });
}
