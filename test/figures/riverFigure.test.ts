import assert from 'node:assert/strict';
import { test } from 'node:test';
import { riverFigure } from '../../src/figures/riverFigure.js';

const part = (width: number, height: number) => ({
  caption: 'a < b',
  svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" width="${width}" height="${height}"></svg>`,
});

test('riverFigure() places parts two a line, in equal width and their own proportions', () => {
  const svg = riverFigure('river', [part(100, 50), part(200, 200), part(10, 10)]).svg();
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

test('riverFigure() refuses a picture without a size', () => {
  assert.throws(() => riverFigure('r', [{ caption: '', svg: '<svg/>' }]).svg(), /width and height/);
});
