import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scalingFigure } from '../../bench/scalingFigure.js';

test('scalingFigure() marks what is measured and draws what is modelled, in percent', () => {
  const figure = scalingFigure(
    [{ devices: 2, efficiency: 0.9 }],
    [
      { devices: 1, efficiency: 1 },
      { devices: 64, efficiency: 0.5 },
    ],
  );
  assert.deepEqual(
    figure.traces.map(({ name, x, y, markers }) => [name, x, y, markers ?? false]),
    [
      ['modelled', [1, 64], [100, 50], false],
      ['measured', [2], [90], true],
    ],
  );
  assert.match(figure.svg(), /measured/);
});
