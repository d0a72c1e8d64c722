import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { CLI } from './voxlab.js';

test('doctor --json prints one document, and exits 1 when the library is not where it is said to be', () => {
  const run = spawnSync(process.execPath, [CLI, 'doctor', '--json'], {
    encoding: 'utf8',
    env: { ...process.env, VOXLAB_TENSORFLOW_DIR: '/nowhere' },
  });
  assert.equal(run.status, 1);
  const { ok, findings } = JSON.parse(run.stdout);
  assert.equal(ok, false);
  assert.match(
    findings.find((finding: { name: string }) => finding.name === 'TensorFlow library').fix,
    /npm run setup/,
  );
});
