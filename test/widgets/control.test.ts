import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slider } from '../../src/widgets/slider.js';
import { openFrontSession } from './frontSession.js';

test('a control is a loop of its values until it is closed', async () => {
  const front = openFrontSession();
  const z = slider({ min: 0, max: 10 });
  const { id } = front.show(z);
  const seen: number[] = [];
  const loop = (async () => {
    for await (const value of z) seen.push(value);
  })();
  await new Promise((resolve) => setImmediate(resolve));
  front.update(id, { value: 2 });
  await new Promise((resolve) => setImmediate(resolve));
  z.close();
  await loop;
  assert.deepEqual(seen, [2]);
});
