import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strategyFigure } from '../../src/figures/strategyFigure.js';

test('strategyFigure(): a box for each device with its parts, a row for each replica, text escaped', () => {
  const svg = strategyFigure([
    { name: 'single', caption: 'a <b>', parts: [[['stem', 'head']]], rows: ['rows 0-15'] },
    {
      name: 'hybrid',
      caption: 'c',
      parts: [
        [['stem'], ['head']],
        [['stem'], ['head']],
      ],
      rows: ['rows 0-7', 'rows 8-15'],
    },
  ]).svg();
  assert.equal(svg.match(/>device \d</g)?.length, 5);
  assert.equal(svg.match(/>stem</g)?.length, 2);
  assert.ok(svg.includes('a &lt;b&gt;') && svg.includes('rows 8-15'));
  // One mean of gradients a stage between the two replicas.
  assert.equal(svg.match(/stroke-dasharray/g)?.length, 2);
});
