import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../errors.js';
import { inRepository, jupyterFolder, makeFolder, typed } from '../../paths.js';
import {
  installKernelSpec,
  KERNEL_NAME,
  kernelsBelow,
  listKernelSpecs,
  startsThisKernel,
} from './kernelSpec.js';

/**
 * The environment of every Jupyter program that voxlab starts: kernels, settings, runtime files and workspaces lie in
 * the clone's .jupyter folder (or below `home`), and a JupyterLab of the user's stays as it is. The folder of runtime files,
 * which hold tokens and kernels' keys, is the user's alone.
 */
export function jupyterEnvironment(home: string = jupyterFolder()): NodeJS.ProcessEnv {
  const runtime = join(home, 'runtime');
  makeFolder(runtime);
  chmodSync(runtime, 0o700);
  return {
    ...process.env,
    JUPYTER_PATH: jupyterFolder('share', 'jupyter'),
    JUPYTER_CONFIG_DIR: `${home}/config`,
    JUPYTER_DATA_DIR: `${home}/data`,
    JUPYTER_RUNTIME_DIR: runtime,
    JUPYTERLAB_SETTINGS_DIR: `${home}/settings`,
    JUPYTERLAB_WORKSPACES_DIR: `${home}/workspaces`,
    IPYTHONDIR: `${home}/ipython`,
    PYTHONDONTWRITEBYTECODE: '1',
    VOXLAB_NODE: process.execPath, // for formulas.py
  };
}

/** A program of the clone's Python environment. */
export function pythonProgram(name: 'jupyter' | 'python'): string {
  const path = inRepository('.venv', 'bin', name);
  if (!existsSync(path)) throw new EnvironmentError(`${path} is missing: run ${typed('setup')}`);
  return path;
}

/** Installs the clone's kernelspec where it is missing, names files that are gone, or starts the kernel of another clone, as in a copy. */
export function ensureKernelSpec(kernels: string = kernelsBelow()): void {
  const present = listKernelSpecs(kernels).find(({ name }) => name === KERNEL_NAME);
  if (present === undefined || present.missing.length > 0 || !startsThisKernel(present))
    installKernelSpec(kernels);
}
