import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortenConsoleValues } from '../../../src/kernel/outputs/consoleValues.js';

test('shortenConsoleValues() cuts what is very long, and hands all else on as it is', () => {
  const written: unknown[][] = [];
  const target = { log: (...values: unknown[]) => written.push(values) } as unknown as Console;
  for (const name of ['info', 'debug', 'warn', 'error', 'trace'] as const) target[name] = target.log;
  shortenConsoleValues(target);
  const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, index]));
  const short = { a: 1, list: [1, 2] };
  const error = new Error('x');
  const voxels = new Int16Array(1e6);
  target.log('%s', short, error, voxels, null);
  assert.deepEqual(written.pop(), ['%s', short, error, voxels, null]);
  target.error(many, { many }, Object.assign([], { length: 1e9 }));
  for (const text of written.pop()!) assert.ok(String(text).length < 10_000 && typeof text === 'string');
});
