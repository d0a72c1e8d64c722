import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { cpuFinding, examine, nodeFinding } from '../../src/commands/doctor.js';
import { inRepository } from '../../src/paths.js';

test('nodeFinding() takes 20.19 and newer, and says what to install otherwise', () => {
  for (const good of ['20.19.0', '20.20.2', '22.1.0', '24.0.0']) assert.equal(nodeFinding(good).state, 'ok');
  for (const old of ['18.20.4', '20.18.3']) assert.match(nodeFinding(old).fix ?? '', /20\.19/);
});

test('cpuFinding() lists the features that decide speed and notes their absence', () => {
  assert.equal(
    cpuFinding('flags : fpu avx2 avx512f avx512_bf16').found,
    'avx2, avx512f, avx512_bf16, no amx_bf16',
  );
  assert.equal(cpuFinding('flags : fpu sse2').state, 'note');
  assert.equal(cpuFinding(undefined).state, 'note');
});

test('examine() names every part of contracts, and a fix wherever one fails', () => {
  const findings = examine();
  for (const name of [
    'Node.js',
    'Python environment',
    'TensorFlow library',
    'CPU features',
    'GPU',
    'Disk',
    'JupyterLab',
    'Chromium',
  ])
    assert.ok(
      findings.some((finding) => finding.name === name),
      name,
    );
  for (const { name, state, fix } of findings) assert.ok(state === 'ok' || (fix ?? '').length > 0, name);
});

test('doctor --json prints one document, and exits 1 when the library is not where it is said to be', () => {
  const run = spawnSync(process.execPath, [inRepository('dist/src/commands/cli.js'), 'doctor', '--json'], {
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
