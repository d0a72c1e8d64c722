import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ensureKernelSpec,
  jupyterEnvironment,
  pythonProgram,
} from '../../../src/kernel/notebooks/jupyter.js';
import { listKernelSpecs } from '../../../src/kernel/notebooks/kernelSpec.js';
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

test('pythonProgram() names the program of the clone', () => {
  assert.match(pythonProgram('jupyter'), /\.venv\/bin\/jupyter$/);
});
