import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropFixture, cropOne } from '../patches/cropFixture.js';
import { voxlab } from './voxlab.js';

test('merge --json joins shards; a missing shard is a failure, none at all wrong usage', async (t) => {
  const options = cropFixture(t);
  const files = [];
  for (const index of [0, 1]) files.push((await cropOne({ ...options, shard: { index, count: 2 } })).file);
  const { status, stdout } = voxlab('merge', ...files, '--json');
  assert.equal(status, 0);
  assert.deepEqual(Object.keys(JSON.parse(stdout)), ['file', 'rows', 'byClass', 'bySubset']);
  assert.equal(voxlab('merge', files[0]!).status, 1);
  assert.equal(voxlab('merge').status, 2);
});
