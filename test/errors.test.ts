import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConfigError,
  EngineError,
  InputError,
  InterruptedError,
  messageOf,
  throwIfAborted,
  UsageError,
} from '../src/errors.js';

test('ConfigError names file, section, key and received value', () => {
  const error = new ConfigError(
    'model.ini',
    'training',
    'EPOCHS',
    'many',
    'expected a whole number of at least 1',
  );
  assert.equal(
    error.message,
    'model.ini: [training] EPOCHS: expected a whole number of at least 1, received "many"',
  );
  assert.equal(error.name, 'ConfigError');
  assert.equal(error.exitCode, 1);
});

test('InputError names the line of a table where there is one', () => {
  assert.equal(new InputError('a.csv', 'no column class', { line: 1 }).message, 'a.csv:1: no column class');
  assert.equal(new InputError('a.raw', 'is cut short').message, 'a.raw: is cut short');
});

test('exit codes follow the command line: 2 usage, 130 interrupted, 1 otherwise', () => {
  assert.equal(new UsageError('x').exitCode, 2);
  assert.equal(new InterruptedError('x').exitCode, 130);
  assert.equal(new EngineError('Conv3D', 'x').exitCode, 1);
});

test('messageOf() puts any thrown value on one line', () => {
  assert.equal(messageOf(new Error('a\n   b')), 'a b');
  assert.equal(messageOf(7), '7');
  assert.equal(messageOf(new Error('a\u001b]0;title\u0007\u009b2J\tb')), 'a\\x1b]0;title\\x07\\x9b2J\\x09b');
});

test('throwIfAborted() throws InterruptedError once the signal is aborted, and only then', () => {
  const controller = new AbortController();
  throwIfAborted(controller.signal, 'cutting');
  throwIfAborted(undefined, 'cutting');
  controller.abort();
  assert.throws(() => throwIfAborted(controller.signal, 'cutting'), {
    name: 'InterruptedError',
    message: /while cutting/,
  });
});
