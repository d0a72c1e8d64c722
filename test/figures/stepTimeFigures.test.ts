import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepTimeBars, stepTimeFigure } from '../../src/figures/stepTimeFigures.js';
import { createRandom } from '../../src/random.js';
import type { StepRecord } from '../../src/training/run/metricsLog.js';
import { runPython } from '../python.js';
import { epochRecord, stepRecord, validationRecord } from './sampleRecords.js';

test('stepTimeFigure() stacks the parts of a step up to its whole time; the first step is in no mean', () => {
  const slow = { wait: 50, copy: 50, compute: 800, reduce: 50, update: 50 };
  const records = [
    { kind: 'start' } as const,
    stepRecord(1, { waitShare: 0.05, ms: slow }),
    ...Array.from({ length: 20 }, (_, i) => stepRecord(i + 2)),
    validationRecord(20, 0.5),
    epochRecord(1, 20),
  ];
  const figure = stepTimeFigure(records);
  assert.equal(figure.title, 'A step takes 40.0 ms: compute 50.0 %, other 25.0 %');
  assert.deepEqual(
    figure.bands!.map(({ name, low, high }) => [name, low[5], high[5]]),
    [
      ['wait 2.5 %', 0, 1],
      ['copy 5.0 %', 1, 3],
      ['compute 50.0 %', 3, 23],
      ['reduce 7.5 %', 23, 26],
      ['update 10.0 %', 26, 30],
      ['other 25.0 %', 30, 40],
    ],
  );
  assert.match(figure.text(), /first step 1000\.0 ms: it traces the program/);
  assert.ok(figure.y.range![1] < 60, 'the first step does not flatten the rest');
});

test('stepTimeFigure(): means over a long run are those of numpy', () => {
  const random = createRandom('step times');
  const draw = () => random.between(0.1, 30);
  const records = Array.from({ length: 5000 }, (_, i): StepRecord => {
    const ms = { wait: draw(), copy: draw(), compute: draw(), reduce: draw(), update: draw() };
    const total = Object.values(ms).reduce((a, b) => a + b) + draw();
    return stepRecord(i + 1, { ms, waitShare: ms.wait / total });
  });
  const expected = runPython<number[]>(
    `import json, sys, numpy as np
r = json.load(sys.stdin)[1:]
parts = np.array([[s['ms'][k] for k in ('wait', 'copy', 'compute', 'reduce', 'update')] for s in r])
total = np.array([s['ms']['wait'] / s['waitShare'] for s in r])
print(json.dumps([*parts.mean(0), (total - parts.sum(1)).mean(), total.mean()]))`,
    records,
  );
  const [bar] = stepTimeBars({ run: records }).bars;
  for (const [at, { value }] of bar!.parts.entries())
    assert.ok(Math.abs(value - expected[at]!) < 1e-9, `${value} ${expected[at]}`);
  assert.equal(bar!.note, `${expected[6]!.toFixed(1)} ms`);
  assert.ok(stepTimeFigure(records).svg().length < 200_000);
});

test('stepTimeFigure() of no step, of one, of steps that wait for nothing, and of such without times', () => {
  assert.match(stepTimeFigure([]).text(), /^Time of a step: no step yet\nno step yet$/);
  assert.match(stepTimeFigure([stepRecord(1)]).text(), /first step 40\.0 ms/);
  const unwaiting = { waitShare: 0, ms: { wait: 0, copy: 1, compute: 2, reduce: 3, update: 4 } };
  const figure = stepTimeFigure([stepRecord(1), stepRecord(2, unwaiting)]);
  assert.match(figure.title, /^A step takes 10\.0 ms/);
  const { ms: _, ...without } = stepRecord(2);
  const old = stepTimeFigure([stepRecord(1), without as StepRecord]);
  assert.match(old.text(), /1 steps do not say their times/);
  for (const { svg } of [figure, old, stepTimeFigure([])]) assert.doesNotMatch(svg(), /NaN|undefined/);
});

test('stepTimeBars() has a bar a run, without parts that took no time', () => {
  const figure = stepTimeBars({ one: [stepRecord(1), stepRecord(2)], none: [] });
  assert.deepEqual(
    figure.bars.map(({ label, parts, note }) => [label, parts.length, note]),
    [
      ['one', 6, '40.0 ms'],
      ['none', 0, 'no step'],
    ],
  );
  assert.match(figure.svg(), />40\.0 ms</);
});
