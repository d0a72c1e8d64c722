import assert from 'node:assert/strict';
import { test } from 'node:test';
import { select } from '../../src/widgets/select.js';
import { openFrontSession } from './frontSession.js';

test('select() gives the option itself, of any type', () => {
  const front = openFrontSession();
  const scans = [{ uid: '1.2' }, { uid: '<b>' }];
  const scan = select(scans, { label: 'scan', labelOf: ({ uid }) => uid });
  const { id } = front.show(scan);
  assert.deepEqual(front.lastState().options, ['1.2', '<b>']);
  front.update(id, { value: 1 });
  assert.equal(scan.value, scans[1]);
  assert.equal(front.show(scan).bundle['text/html'], '<span>scan: &lt;b&gt;</span>');
  front.update(id, { value: 7 });
  assert.equal(scan.value, scans[1]);
});

test('select() names what it can choose from', () => {
  assert.throws(() => select([]), /at least one option/);
  assert.throws(() => select(['a', 'b'], { value: 'c' }), /Expected one of 2 options \(a, b\), received c/);
});

test('select() keeps its own list, knows NaN, and answers what is no option with what holds', () => {
  const front = openFrontSession();
  const options = [1, Number.NaN];
  const chosen = select(options, { value: Number.NaN });
  const { id } = front.show(chosen);
  assert.equal(front.lastState().value, 1);
  options.push(7);
  for (const value of [2, -1, 0.5, 'x', null]) {
    front.update(id, { value, options: ['x'], label: 'y' });
    assert.deepEqual(front.lastState(), { value: 1, options: ['1', 'NaN'], label: '' });
  }
  assert.throws(() => {
    chosen.value = 7;
  }, /Expected one of 2 options/);
});
