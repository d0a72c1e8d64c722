import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistory } from '../../../src/kernel/cells/history.js';

const history = createHistory();
for (const [index, code] of ['1 + 2', 'display(x)', '1 + 2', 'await train()'].entries())
  history.add(index + 1, code);

test('createHistory().find() gives the tail, oldest first', () => {
  assert.deepEqual(history.find({ hist_access_type: 'tail', n: 2 }), [
    [0, 3, '1 + 2'],
    [0, 4, 'await train()'],
  ]);
  assert.deepEqual(history.find({ hist_access_type: 'tail', n: 0 }), []);
});

test('createHistory().find() gives a range without its stop, and outputs where asked for', () => {
  assert.deepEqual(history.find({ hist_access_type: 'range', start: 2, stop: 4, n: 1, output: true }), [
    [0, 2, ['display(x)', null]],
    [0, 3, ['1 + 2', null]],
  ]);
});

test('createHistory() keeps the newest cells', () => {
  const short = createHistory(2);
  for (let cell = 1; cell <= 4; cell++) short.add(cell, `${cell}`);
  assert.deepEqual(short.find({ hist_access_type: 'tail', n: 9 }), [
    [0, 3, '3'],
    [0, 4, '4'],
  ]);
});

test('createHistory().find() searches by glob, whose other characters are literal, and drops repeats', () => {
  assert.equal(history.find({ hist_access_type: 'search', pattern: '1 + *' }).length, 2);
  assert.equal(history.find({ hist_access_type: 'search', pattern: '1 + *', unique: true }).length, 1);
  assert.deepEqual(history.find({ hist_access_type: 'search', pattern: 'display(?)' }), [
    [0, 2, 'display(x)'],
  ]);
});
