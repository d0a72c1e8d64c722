import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workflowFigure } from '../../src/figures/workflowFigure.js';

const part = (width: number, height: number) => ({
  caption: 'a < b',
  svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" width="${width}" height="${height}"></svg>`,
});

test('workflowFigure() places parts two a line, in equal width and their own proportions', () => {
  const svg = workflowFigure('scans to scores', [part(100, 50), part(200, 200), part(10, 10)]).svg();
  const places = [...svg.matchAll(/x="(\d+)" y="(\d+)" width="560" height="(\d+)"/g)].map((m) =>
    m.slice(1).map(Number),
  );
  assert.deepEqual(places, [
    [20, 46, 280],
    [600, 46, 560],
    [20, 652, 560],
  ]);
  assert.ok(svg.includes('1. a &lt; b'));
});

test('workflowFigure() refuses a picture without a size', () => {
  assert.throws(() => workflowFigure('r', [{ caption: '', svg: '<svg/>' }]).svg(), /width and height/);
});
