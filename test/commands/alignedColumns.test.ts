import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedColumns } from '../../src/commands/alignedColumns.js';

test('alignedColumns() makes columns as wide as their longest cells, numbers to the right, without spaces at the end', () => {
  const rows = [
    ['layer', 'kind', 'MACs'],
    ['a', 'conv', '1.25'],
    ['longer', '', ''],
  ];
  assert.equal(alignedColumns(rows), 'layer   kind  MACs\na       conv  1.25\nlonger\n');
  assert.equal(alignedColumns(rows, 2), 'layer   kind  MACs\na       conv  1.25\nlonger\n');
  assert.equal(alignedColumns([['n'], ['100']], 0), '  n\n100\n');
});
