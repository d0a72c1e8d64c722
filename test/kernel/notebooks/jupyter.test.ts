import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ensureKernelSpec,
  jupyterEnvironment,
  pythonProgram,
} from '../../../src/kernel/notebooks/jupyter.js';
import { installKernelSpec, listKernelSpecs } from '../../../src/kernel/notebooks/kernelSpec.js';
import { REPOSITORY_ROOT } from '../../../src/paths.js';

test('jupyterEnvironment() keeps every folder of Jupyter inside the clone', () => {
  const environment = jupyterEnvironment();
  const folders = Object.entries(environment).filter(([name]) => /^JUPYTER(LAB)?_.*(DIR|PATH)$/.test(name));
  assert.deepEqual(folders.map(([name]) => name).sort(), [
    'JUPYTERLAB_SETTINGS_DIR',
    'JUPYTERLAB_WORKSPACES_DIR',
    'JUPYTER_CONFIG_DIR',
    'JUPYTER_DATA_DIR',
    'JUPYTER_PATH',
    'JUPYTER_RUNTIME_DIR',
  ]);
  for (const [name, folder] of folders) assert.ok(folder?.startsWith(REPOSITORY_ROOT), name);
});

test('ensureKernelSpec() leaves a kernelspec that can start', () => {
  ensureKernelSpec();
  assert.deepEqual(listKernelSpecs().find(({ name }) => name === 'voxlab')?.missing, []);
});

test('ensureKernelSpec() replaces one that starts the kernel of another clone, and leaves its own as it is', (t) => {
  const kernels = mkdtempSync(join(tmpdir(), 'voxlab-kernels-'));
  t.after(() => rmSync(kernels, { recursive: true }));
  const file = join(installKernelSpec(kernels), 'kernel.json');
  const own = readFileSync(file, 'utf8');
  const launcher = join(kernels, 'launcher.js');
  writeFileSync(launcher, '');
  writeFileSync(file, own.replace(/"[^"]*launcher\.js"/, JSON.stringify(launcher)));
  assert.deepEqual(listKernelSpecs(kernels)[0]?.missing, []);
  ensureKernelSpec(kernels);
  assert.equal(readFileSync(file, 'utf8'), own);
  const { mtimeMs } = statSync(file);
  ensureKernelSpec(kernels);
  assert.equal(statSync(file).mtimeMs, mtimeMs);
});

test('pythonProgram() names the program of the clone', () => {
  assert.match(pythonProgram('jupyter'), /\.venv\/bin\/jupyter$/);
});
