import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sideBySide } from '../../../src/figures/drawing/sideBySide.js';

test('sideBySide() places pictures in equal width and their own proportions', () => {
  const svg = (width: number, height: number) =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" width="${width}" height="${height}"></svg>`;
  const drawn = sideBySide('a <b>', [svg(100, 50), svg(10, 10)], 212).svg();
  assert.match(drawn, /^<svg [^>]* width="212" height="100" [^>]*aria-label="a &lt;b&gt;">/);
  assert.match(drawn, /x="0" y="0" width="100" height="50".* x="112" y="0" width="100" height="100"/);
  assert.throws(() => sideBySide('t', ['<svg/>']).svg(), RangeError);
});
