import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnNames, numberAbove, ofKey, wholeNumber, withInterrupt } from '../../src/commands/options.js';
import { TRAINING_KEYS } from '../../src/config/trainingSettings.js';

test('wholeNumber() takes whole numbers within its bounds and names what it received otherwise', () => {
  const parse = wholeNumber(1, 64);
  assert.equal(parse('32'), 32);
  for (const bad of ['0', '65', '1.5', 'x', '', ' '])
    assert.throws(() => parse(bad), {
      message: `Expected a whole number from 1 to 64, received ${JSON.stringify(bad)}.`,
    });
});

test('ofKey() takes what a key of the settings takes, in the same words', () => {
  const { LEARNING_RATE, WINDOWS, HOLDOUT } = TRAINING_KEYS;
  assert.equal(ofKey(LEARNING_RATE)('0.01'), 0.01);
  assert.throws(() => ofKey(LEARNING_RATE)('20'), {
    message: 'Expected a number from 0 to 10, received "20".',
  });
  assert.deepEqual(ofKey(WINDOWS)('-1000:400'), [{ low: -1000, high: 400 }]);
  assert.throws(
    () => ofKey(HOLDOUT)('5,5'),
    /: Expected a subset, or several such as 5,6, received "5,5"\.$/,
  );
});

test('columnNames() takes names of the known columns, once each', () => {
  const parse = columnNames(['seriesuid', 'class']);
  assert.deepEqual(parse('class=label, seriesuid = uid'), { class: 'label', seriesuid: 'uid' });
  for (const bad of ['class', 'class=', 'other=x', 'class=a=b', ''])
    assert.throws(
      () => parse(bad),
      /--columns: expected name=name in the table, with names of seriesuid, class/,
    );
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
