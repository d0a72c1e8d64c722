import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError, messageOf } from '../errors.js';
import { koffi } from '../koffi.js';
import { libc } from '../libc.js';
import { inRepository, typed } from '../paths.js';
import type { Address, CApi } from './capi.js';
import { CORE_PROTOTYPES, FRAMEWORK_PROTOTYPES } from './prototypes.js';

const FRAMEWORK = 'libtensorflow_framework.so.2';
const CORE = 'libtensorflow_cc.so.2';

/** What TensorFlow reads once, while it is loaded; a value that the user has set stays. */
const ENVIRONMENT_DEFAULTS: Readonly<Record<string, string>> = {
  // 2 = errors only; TensorFlow's notes would go to the user's terminal on every start.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // oneDNN's convolutions are on by themselves only on CPUs with AVX512-VNNI; they are faster with AVX2 too (docs/engine.md).
  TF_ENABLE_ONEDNN_OPTS: '1',
  // A GPU shared with other programs: take memory as it is needed.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

let loaded: CApi | undefined;

/** TensorFlow's C API; the first call loads the library (0.5 s, about 300 MB). Throws EnvironmentError where it is missing. */
export function capi(): CApi {
  loaded ??= load(libraryFolder());
  return loaded;
}

/** Folder that holds TensorFlow's two libraries: VOXLAB_TENSORFLOW_DIR, else the clone's Python environment. */
export function libraryFolder(): string {
  const named = process.env.VOXLAB_TENSORFLOW_DIR;
  const folders = named === undefined ? installedFolders() : [named];
  const found = folders.find((folder) => [FRAMEWORK, CORE].every((file) => existsSync(join(folder, file))));
  if (found !== undefined) return found;
  throw new EnvironmentError(
    named === undefined
      ? `Expected ${CORE} of the tensorflow wheel below .venv/lib/python3.*/site-packages/tensorflow, found none; run: ${typed('setup')}`
      : `Expected ${CORE} and ${FRAMEWORK} in the folder that VOXLAB_TENSORFLOW_DIR names, found none in ${named}; unset it or name the folder of a tensorflow wheel`,
  );
}

/** The bytes at an address, without a copy; valid as long as the C object lives. */
export function bytesAt(address: Address, length: number): Uint8Array {
  return length === 0 ? new Uint8Array(0) : new Uint8Array(koffi().view(address, length));
}

function installedFolders(): string[] {
  const lib = inRepository('.venv', 'lib');
  if (!existsSync(lib)) return [];
  return readdirSync(lib)
    .filter((name) => name.startsWith('python3'))
    .map((name) => join(lib, name, 'site-packages', 'tensorflow'));
}

function load(folder: string): CApi {
  for (const [name, value] of Object.entries(ENVIRONMENT_DEFAULTS)) process.env[name] ??= value;
  try {
    keepLoaded(join(folder, FRAMEWORK));
    keepLoaded(join(folder, CORE));
    koffi().struct('TF_Output', { oper: 'void*', index: 'int' });
    return Object.fromEntries([
      ...functionsOf(join(folder, FRAMEWORK), FRAMEWORK_PROTOTYPES),
      ...functionsOf(join(folder, CORE), CORE_PROTOTYPES),
    ]) as unknown as CApi;
  } catch (error) {
    throw new EnvironmentError(
      `Expected TensorFlow's library in ${folder} to load, received: ${messageOf(error)}; run: ${typed('setup')}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * koffi unloads its libraries when Node ends, under the feet of TensorFlow's threads: the process then ends by SIGSEGV.
 * A library opened with RTLD_NODELETE stays until the process is gone. Of its 156,000 calls into others those that are made
 * are resolved, each at its first time: all at once cost a third of the time of loading.
 */
function keepLoaded(path: string): void {
  const RTLD_LAZY = 0x1;
  const RTLD_NODELETE = 0x1000;
  const { dlopen, dlerror } = libc();
  if (!dlopen(path, RTLD_LAZY | RTLD_NODELETE)) throw new Error(dlerror() ?? `cannot open ${path}`);
}

/**
 * Runs with file descriptor 2 turned away: TensorFlow says on every start that oneDNN is on, past TF_CPP_MIN_LOG_LEVEL.
 * With TF_CPP_MIN_LOG_LEVEL=0 or 1 the user has asked for its notes, and gets them.
 */
export function withoutStartNotes<T>(run: () => T): T {
  if (Number(process.env.TF_CPP_MIN_LOG_LEVEL ?? 2) < 2) return run();
  const { dup, dup2, close } = libc();
  const nowhere = openSync('/dev/null', 'w');
  const kept = dup(2);
  dup2(nowhere, 2);
  try {
    return run();
  } finally {
    dup2(kept, 2);
    close(kept);
    closeSync(nowhere);
  }
}

function functionsOf(path: string, prototypes: readonly string[]): [string, unknown][] {
  const library = koffi().load(path, { lazy: true });
  return prototypes.map((prototype) => [
    /(\w+)\(/.exec(prototype)?.[1] ?? prototype,
    library.func(prototype),
  ]);
}
