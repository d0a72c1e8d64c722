import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slider } from '../../src/widgets/slider.js';
import { openFrontSession } from './frontSession.js';

test('slider() follows the page, tells its listeners, and ignores what is no value of it', () => {
  const front = openFrontSession();
  const z = slider({ label: 'z <1>', min: 0, max: 10, value: 3 });
  const seen: number[] = [];
  z.onChange((value) => seen.push(value));
  const { id, bundle } = front.show(z);
  assert.equal(bundle['text/html'], '<span>z &lt;1&gt;: 3</span>');
  for (const value of [7, 7, 11, 'x', null]) front.update(id, { value });
  assert.deepEqual([seen, z.value], [[7], 7]);
});

test('slider() moves the views when a cell sets its value, and says what a value is', () => {
  const front = openFrontSession();
  const z = slider({ min: 0, max: 10 });
  front.show(z);
  z.value = 4;
  assert.equal(front.lastState().value, 4);
  assert.throws(() => {
    z.value = 12;
  }, /^RangeError: Expected a value from 0 to 10, received 12$/);
  assert.throws(() => slider({ min: 5, max: 5 }), /min below max, received min 5 and max 5/);
  assert.throws(
    () => slider({ min: 0, max: 5, step: 0 }),
    /a step above 0 and at most max - min = 5, received 0/,
  );
});

test('slider() answers a value that is none with the one that holds, and stays what it is', () => {
  const front = openFrontSession();
  const z = slider({ min: 0, max: 10, value: 3 });
  const { id } = front.show(z);
  for (const value of [11, -1, 'x', null]) {
    front.update(id, { value, max: 99 });
    assert.deepEqual(front.lastState(), { value: 3, max: 10 });
  }
});
