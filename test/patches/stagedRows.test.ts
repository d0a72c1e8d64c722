import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareCrop } from '../../src/patches/cropJob.js';
import { firstRowsOf, mostRowsOf } from '../../src/patches/stagedRows.js';
import { cropFixture } from './cropFixture.js';

test('firstRowsOf() gives each scan the rows of all its candidates, in the order of the file', async (t) => {
  const [job] = await prepareCrop(cropFixture(t));
  assert.deepEqual(
    [...firstRowsOf(job!.work)],
    [
      ['a', 0],
      ['c', 6],
      ['b', 12],
    ],
  );
  assert.equal(mostRowsOf(job!), 18);
});
