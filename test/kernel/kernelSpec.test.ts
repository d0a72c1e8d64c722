import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { after, test } from 'node:test';
import {
  installKernelSpec,
  jupyterFolder,
  listKernelSpecs,
  uninstallKernelSpec,
} from '../../src/kernel/kernelSpec.js';
import { inRepository } from '../../src/paths.js';

const prefix = mkdtempSync(join(tmpdir(), 'voxlab-prefix-'));
after(() => rmSync(prefix, { recursive: true }));

test('installKernelSpec() writes absolute paths that exist, message interrupts and a logo', () => {
  const folder = installKernelSpec(prefix);
  assert.equal(folder, join(prefix, 'share', 'jupyter', 'kernels', 'voxlab'));
  const spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8'));
  assert.equal(spec.display_name, 'TypeScript (voxlab)');
  assert.equal(spec.language, 'typescript');
  assert.equal(spec.interrupt_mode, 'message');
  assert.deepEqual(spec.argv.slice(2), ['--connection-file', '{connection_file}']);
  for (const path of spec.argv.slice(0, 2)) assert.ok(isAbsolute(path) && existsSync(path), path);
  assert.match(
    readFileSync(join(folder, 'logo-svg.svg'), 'utf8'),
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
  );
});

test('listKernelSpecs() names what a kernelspec points to and is gone', () => {
  const file = join(prefix, 'share', 'jupyter', 'kernels', 'voxlab', 'kernel.json');
  assert.deepEqual(
    listKernelSpecs(prefix).map(({ name, missing }) => ({ name, missing })),
    [{ name: 'voxlab', missing: [] }],
  );
  const spec = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...spec, argv: ['/gone/node', ...spec.argv.slice(1)] }));
  assert.deepEqual(listKernelSpecs(prefix)[0]?.missing, ['/gone/node']);
});

test('uninstallKernelSpec() removes the kernelspec and says whether there was one', () => {
  assert.equal(uninstallKernelSpec(prefix), true);
  assert.deepEqual(listKernelSpecs(prefix), []);
  assert.equal(uninstallKernelSpec(prefix), false);
});

test('jupyterFolder() lies in the clone', () => {
  assert.equal(jupyterFolder('share'), inRepository('.jupyter', 'share'));
});
