import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cropFixture, cropOne } from '../patches/cropFixture.js';
import { voxlab } from './voxlab.js';

test('verify says that a file is as cut, or exits with 1 and names what is not', async (t) => {
  const options = cropFixture(t);
  const { file } = await cropOne(options);
  const words = ['verify', file, '--scans', options.scansFolder];
  const whole = voxlab(...words);
  assert.equal(whole.status, 0, whole.stderr);
  assert.match(whole.stdout, /\d+ rows of 3 scans are as cut/);
  rmSync(join(options.scansFolder, 'subset0', 'a.mhd'));
  const { status, stdout, stderr } = voxlab(...words, '--json');
  assert.equal(status, 1);
  assert.equal(JSON.parse(stdout).missing[0].uid, 'a');
  assert.match(stderr, /1 scans missing, 0 changed, 0 wrong rows/);
  assert.equal(voxlab('verify').status, 2);
});
