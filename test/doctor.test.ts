import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  cpuFinding,
  doctor,
  gpuFinding,
  libraryFinding,
  nodeFinding,
  platformFinding,
} from '../src/doctor.js';

test('platformFinding() takes Linux on x86-64, and names another system and the way out', () => {
  assert.equal(platformFinding('linux', 'x64').state, 'ok');
  for (const [platform, arch] of [
    ['darwin', 'arm64'],
    ['linux', 'arm64'],
    ['win32', 'x64'],
  ] as const) {
    const { state, found, fix } = platformFinding(platform, arch);
    assert.equal(state, 'fail');
    assert.equal(found, `${platform} on ${arch}`);
    assert.match(fix ?? '', /x86-64/);
  }
});

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

test('libraryFinding() knows a library that was cut short by the size that its wheel lists', (t) => {
  const packages = mkdtempSync(join(tmpdir(), 'voxlab-doctor-'));
  t.after(() => rmSync(packages, { recursive: true }));
  const [folder, info] = ['tensorflow', 'tensorflow_cpu-2.21.0.dist-info'].map((name) =>
    join(packages, name),
  );
  for (const path of [folder!, info!]) mkdirSync(path);
  const files = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  writeFileSync(join(info!, 'RECORD'), files.map((file) => `tensorflow/${file},sha256=x,9\n`).join(''));
  assert.match(libraryFinding(folder).found, /^libtensorflow_cc\.so\.2 and .* missing$/);
  for (const file of files) writeFileSync(join(folder!, file), '123456789');
  assert.equal(libraryFinding(folder).found, `2.21.0, ${files.join(' and ')}`);
  truncateSync(join(folder!, files[0]!), 3);
  const { state, found, fix } = libraryFinding(folder);
  assert.deepEqual([state, found], ['fail', 'libtensorflow_cc.so.2 cut short']);
  assert.match(fix ?? '', /delete \.venv, then run/);
});

test("gpuFinding() takes the CUDA build with a driver for CUDA 12, and names the CPU's build and an older driver", () => {
  const gpu = (driver: string) => {
    const one = { name: 'NVIDIA H200', memory: '143771 MiB', driver };
    return [one, one];
  };
  assert.equal(gpuFinding([], false).found, 'none: the CPU trains');
  for (const driver of ['580.95.05', '525.60.13', '535.54']) {
    assert.equal(gpuFinding(gpu(driver), true).state, 'ok');
    assert.match(
      gpuFinding(gpu(driver), false).found,
      /143771 MiB, [\d.]+, but TensorFlow's library is the CPU's/,
    );
  }
  for (const driver of ['470.256.02', '525.59'])
    assert.match(gpuFinding(gpu(driver), true).fix ?? '', /driver 525\.60 or newer/);
});

test('doctor() names every part of contracts, and a fix wherever one fails', () => {
  const findings = doctor();
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
