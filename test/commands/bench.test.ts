import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voxlab } from './voxlab.js';

test('bench plan prints a table, and with --json one document; an unknown name is wrong usage', () => {
  const { status, stdout } = voxlab('bench', 'plan', '--repetitions', '1', '--json');
  assert.equal(status, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual(Object.keys(report), [
    'name',
    'unit',
    'higherIsBetter',
    'repetitions',
    'rows',
    'ratios',
    'machine',
    'notes',
  ]);
  assert.ok(report.rows[0].median > 0);
  assert.match(
    voxlab('bench', 'plan', '--repetitions', '1').stdout,
    /open, check all columns, part, hash, first batch/,
  );
  assert.equal(voxlab('bench', 'flight').status, 2);
});
