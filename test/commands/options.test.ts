import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberAbove, wholeNumber, withInterrupt } from '../../src/commands/options.js';

test('wholeNumber() takes whole numbers within its bounds and names what it received otherwise', () => {
  const parse = wholeNumber(1, 64);
  assert.equal(parse('32'), 32);
  for (const bad of ['0', '65', '1.5', 'x', '', ' '])
    assert.throws(() => parse(bad), {
      message: `Expected a whole number from 1 to 64, received ${JSON.stringify(bad)}.`,
    });
});

test('numberAbove() refuses its bound itself and what is no number', () => {
  const parse = numberAbove(0);
  assert.equal(parse('0.5'), 0.5);
  for (const bad of ['0', '-1', 'nan', 'Infinity', ''])
    assert.throws(() => parse(bad), /Expected a number above 0/);
});

test('withInterrupt() aborts the signal on SIGINT and takes its handlers away', async () => {
  const before = process.listenerCount('SIGINT');
  const reason = await withInterrupt(async (signal) => {
    process.emit('SIGINT');
    return signal.reason;
  });
  assert.equal(reason.exitCode, 130);
  assert.equal(process.listenerCount('SIGINT'), before);
});
