import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '../../errors.js';
import { readJson } from '../../jsonPlace.js';
import { inPackage, isFolder, jupyterFolder, makeFolder, typed, writeFileAtomically } from '../../paths.js';

/** The name under which notebooks ask for the kernel. */
export const KERNEL_NAME = 'voxlab';

const { UV_THREADPOOL_SIZE: POOL_SIZE } = process.env;

/** Each of Node's threads would have memory of the C library's of its own, and keep what it once needed: 10 MB. openWire.ts forgets it. */
const MEMORY_OF_C = { MALLOC_ARENA_MAX: '2' };

/** What Jupyter reads from kernel.json. */
interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
}

/** The folder of kernelspecs below a prefix such as a Python environment's; default the clone's own. */
export function kernelsBelow(prefix: string = jupyterFolder()): string {
  return join(prefix, 'share', 'jupyter', 'kernels');
}

/** The folder of the user's own kernelspecs, as Jupyter finds it on Linux. */
export function kernelsOfUser(environment: NodeJS.ProcessEnv = process.env): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME = join(homedir(), '.local', 'share') } = environment;
  return join(JUPYTER_DATA_DIR ?? join(XDG_DATA_HOME, 'jupyter'), 'kernels');
}

/** The folder of kernelspecs of the Python environment in use: the active one, else that of `python3`. */
export function kernelsOfPython(environment: NodeJS.ProcessEnv = process.env): string {
  const active = environment.VIRTUAL_ENV ?? environment.CONDA_PREFIX;
  if (active !== undefined) return kernelsBelow(active);
  const asked = spawnSync('python3', ['-c', 'import sys; print(sys.prefix)'], {
    encoding: 'utf8',
    env: environment,
  });
  if (asked.status !== 0)
    throw new EnvironmentError(
      'python3 was not found on PATH: activate a Python environment, or use --prefix',
    );
  return kernelsBelow(asked.stdout.trim());
}

/**
 * In a clone, a kernel runs the single files, which `../src/x.js` of a cell leads to; where cells, or modules of theirs, import
 * voxlab, Node then takes those, too: there is one engine in a process, and a stack names the file.
 */
export const SINGLE_FILES = '--conditions=voxlab-files';

/** What starts a kernel: arguments of Node. A package has the joined files alone. Throws EnvironmentError. */
function launcherWords(): string[] {
  const [single, joined] = ['src/kernel', 'lib'].map((place) => inPackage('dist', place, 'launcher.js'));
  if (existsSync(single!)) return [SINGLE_FILES, single!];
  if (existsSync(joined!)) return [joined!];
  throw new EnvironmentError(`the kernel's program ${joined} is missing: run ${typed('build')}`);
}

/**
 * Writes the kernelspec to `<kernels>/voxlab`; returns that folder.
 * @example
 * const folder = installKernelSpec('jupyter/kernels'); // Jupyter finds it with JUPYTER_PATH=jupyter
 * console.log(folder);
 */
export function installKernelSpec(kernels: string = kernelsBelow()): string {
  const words = launcherWords();
  const folder = join(kernels, KERNEL_NAME);
  makeFolder(folder);
  writeFileAtomically(join(folder, 'logo-svg.svg'), LOGO);
  const spec = {
    // Absolute paths: Jupyter may be started from anywhere, with another PATH.
    argv: [process.execPath, ...words, '--connection-file', '{connection_file}'],
    display_name: 'TypeScript (voxlab)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: false, supported_encryption: ['curve'] },
    env: {
      ...MEMORY_OF_C,
      // As commands have them: src/commands/voxlab.cts.
      ...(POOL_SIZE !== undefined && { UV_THREADPOOL_SIZE: POOL_SIZE }),
    },
  };
  writeFileAtomically(join(folder, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`);
  return folder;
}

/**
 * Removes what installKernelSpec wrote; returns whether there was something.
 * @example
 * installKernelSpec('old-kernels');
 * uninstallKernelSpec('old-kernels') //=> true
 * uninstallKernelSpec('old-kernels') //=> false
 */
export function uninstallKernelSpec(kernels: string = kernelsBelow()): boolean {
  const folder = join(kernels, KERNEL_NAME);
  const stood = existsSync(folder);
  if (stood) rmSync(folder, { recursive: true });
  return stood;
}

/** A kernelspec, and the paths in it that do not exist (a clone or a Node that was moved). */
export interface FoundKernelSpec {
  readonly name: string;
  readonly displayName: string;
  readonly folder: string;
  readonly missing: readonly string[];
}

/**
 * The kernelspecs in a folder; by default in the project's own.
 * @example
 * installKernelSpec('listed-kernels');
 * listKernelSpecs('listed-kernels').map(({ name, missing }) => `${name}: ${missing.length}`) //=> [ 'voxlab: 0' ]
 */
export function listKernelSpecs(kernels: string = kernelsBelow()): FoundKernelSpec[] {
  if (!isFolder(kernels)) return [];
  return readdirSync(kernels)
    .filter((name) => existsSync(join(kernels, name, 'kernel.json')))
    .map((name) => {
      const folder = join(kernels, name);
      const spec = readKernelSpec(join(folder, 'kernel.json'));
      if (spec === undefined)
        return { name, displayName: name, folder, missing: ['what a readable kernel.json says'] };
      const { argv, display_name } = spec;
      const missing = argv.filter((word) => word.startsWith('/') && !existsSync(word));
      return { name, displayName: display_name, folder, missing };
    });
}

/** Whether it starts the kernel of this program, and not that of a clone elsewhere. */
export function startsThisKernel({ folder }: FoundKernelSpec): boolean {
  return readKernelSpec(join(folder, 'kernel.json'))?.argv.includes(launcherWords().at(-1)!) === true;
}

/** Nothing for a file that holds something else: one broken kernel must not hide the others, and ours is written anew. */
function readKernelSpec(file: string): KernelSpec | undefined {
  try {
    const spec = readJson(file, 'a kernelspec');
    return {
      argv: spec.at('argv').texts(),
      display_name: spec.at('display_name').text(),
      language: spec.at('language').text(),
    };
  } catch {
    return undefined;
  }
}

/** A voxel cube. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
  <path fill="#3178c6" d="M32 4 58 18v28L32 60 6 46V18Z"/>
  <path fill="#7db2e8" d="M32 4 58 18 32 32 6 18Z"/>
  <path fill="#215a96" d="M32 32 58 18v28L32 60Z"/>
  <path fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="1.5" d="M19 11 45 25v28M45 11 19 25v28M6 32l26 14 26-14"/>
</svg>
`;
