import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button } from '../../src/widgets/button.js';
import { openFrontSession } from './frontSession.js';

test('button() counts clicks, tells its listeners, and takes none when it is disabled', () => {
  const front = openFrontSession();
  const go = button('Go');
  const seen: number[] = [];
  const stop = go.onClick((clicks) => seen.push(clicks));
  const { id } = front.show(go);
  front.custom(id, { clicked: true });
  go.disabled = true;
  front.custom(id, { clicked: true });
  go.disabled = false;
  stop();
  front.custom(id, { clicked: true });
  assert.deepEqual([seen, go.clicks], [[1], 2]);
});
