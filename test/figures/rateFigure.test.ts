import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateFigure } from '../../src/figures/rateFigure.js';
import type { RateRecord } from '../../src/training/findRate.js';

const STEPS = Array.from(
  { length: 21 },
  (_, i): RateRecord => ({
    ...{ kind: 'step', step: i + 1, steps: 21, learningRate: 10 ** (-6 + i / 4) },
    ...{ loss: 1 / (i + 1), smoothed: 1.1 / (i + 1) },
  }),
);

test('rateFigure() draws losses over rates on an axis of powers of ten, with the suggested one', () => {
  const at = STEPS[12]!;
  assert.ok(at.kind === 'step');
  const figure = rateFigure([
    ...STEPS,
    { kind: 'end', suggested: at.learningRate, lowest: null, diverged: false },
  ]);
  assert.match(figure.title, /steepest fall of the loss at 1\.0e-3/);
  assert.deepEqual(figure.traces[2]?.x, [at.learningRate]);
  const svg = figure.svg();
  for (const label of ['1e-6', '1e-3', '1e-1']) assert.ok(svg.includes(`>${label}</text>`), label);
  assert.ok(!svg.includes('NaN'));
  const axis = figure.plotly().layout.xaxis as { type: string; range: number[]; ticktext: string[] };
  assert.deepEqual([axis.type, axis.range.map(Math.round)], ['log', [-6, -1]]);
  assert.deepEqual(axis.ticktext, ['1e-6', '1e-5', '1e-4', '1e-3', '1e-2', '1e-1']);
});

test('rateFigure() without a suggestion says so, and can be drawn before the first step', () => {
  const figure = rateFigure([...STEPS, { kind: 'end', suggested: null, lowest: null, diverged: false }]);
  assert.equal(figure.title, 'Learning rates: the loss did not fall');
  assert.equal(figure.traces.length, 2);
  assert.ok(!rateFigure([]).svg().includes('NaN'));
});
