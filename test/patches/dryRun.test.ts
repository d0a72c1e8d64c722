import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { crop } from '../../src/patches/crop.js';
import { dryRun } from '../../src/patches/dryRun.js';
import { cropFixture } from './cropFixture.js';

test('dryRun() says what crop() would write, and writes nothing', async (t) => {
  const options = cropFixture(t);
  const planned = await dryRun(options);
  assert.ok(!existsSync(options.outFolder));
  assert.deepEqual({ ...planned, status: 'written' }, await crop(options));
});
