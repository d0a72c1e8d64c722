import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { crop } from '../../src/patches/crop.js';
import { dryRun } from '../../src/patches/dryRun.js';
import { cropFixture } from './cropFixture.js';

test('dryRun() says what crop() would write, its bytes, free disk and time, and writes nothing', async (t) => {
  const options = cropFixture(t);
  const formats = [...options.formats, { ...options.formats[0]!, dim: 12 }];
  const planned = await dryRun({ ...options, formats });
  assert.ok(!existsSync(options.outFolder));
  const written = await crop({ ...options, formats });
  for (const [index, plan] of planned.entries()) {
    const { bytes, freeBytes, seconds, ...rest } = plan;
    assert.deepEqual({ ...rest, status: 'written' }, written[index]);
    assert.equal(bytes, 2 * plan.rows * formats[index]!.dim ** 2 * formats[index]!.slices);
    assert.ok(freeBytes > bytes && seconds! > 0 && seconds! < 60);
  }
});
