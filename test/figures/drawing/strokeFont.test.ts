import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitting, strokesOf, widthOf } from '../../../src/figures/drawing/strokeFont.js';

const ASCII = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));

test('strokesOf(): every printable letter has strokes of its own, inside of its line', () => {
  const drawn = new Map(ASCII.map((letter) => [letter, JSON.stringify(strokesOf(letter, 10))]));
  assert.equal(new Set(drawn.values()).size, ASCII.length, 'no two look alike');
  for (const letter of ASCII)
    for (const [x, y] of strokesOf(letter, 10).flat()) {
      assert.ok(x >= 0 && x <= widthOf(letter, 10) + 1e-9, `${letter} x ${x}`);
      assert.ok(y >= -8 && y <= 3, `${letter} y ${y}`);
    }
});

test('strokesOf() stands on its line, letters one after the other; marks are left out, unknown letters are ?', () => {
  assert.equal(
    Math.max(
      ...strokesOf('HI', 10)
        .flat()
        .map(([, y]) => y),
    ),
    0,
  );
  assert.ok(
    Math.abs(
      Math.min(
        ...strokesOf('HI', 10)
          .flat()
          .map(([, y]) => y),
      ) + 7,
    ) < 1e-9,
  );
  assert.ok(widthOf('HH', 10) > 2 * widthOf('H', 10));
  assert.deepEqual(strokesOf('é', 10), strokesOf('e', 10));
  assert.deepEqual(strokesOf('漢', 10), strokesOf('?', 10));
  assert.deepEqual([strokesOf('', 10), widthOf('', 10)], [[], 0]);
});

test('fitting() leaves what fits, and cuts the rest as late as it fits', () => {
  assert.equal(fitting('a name', 11, 500), 'a name');
  const long = 'x'.repeat(400);
  const cut = fitting(long, 11, 100);
  assert.ok(cut.endsWith('...') && widthOf(cut, 11) <= 100, cut);
  assert.ok(widthOf(`x${cut}`, 11) > 100, 'one letter more would not fit');
  assert.equal(fitting(long, 11, 0), '...');
});
