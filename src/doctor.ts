import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from './errors.js';
import { freeDiskBytes } from './freeDisk.js';
import { readJson } from './jsonPlace.js';
import { type NvidiaGpu, nvidiaGpus } from './nvidiaGpus.js';
import { inRepository, typed } from './paths.js';
import { textIfThere } from './textIfThere.js';

/** One thing that voxlab stands on. `fix` says what to do where `state` is not ok. */
export interface DoctorFinding {
  readonly name: string;
  /** `note`: works without it, slower or with less. */
  readonly state: 'ok' | 'note' | 'fail';
  readonly found: string;
  readonly fix?: string;
}

/** What a run needs free: a patch file of the sample, a run with two checkpoints, notebooks' copies. */
const DISK_NEEDED_GB = 3;
const PYTHON = inRepository('.venv', 'bin', 'python');
const FRAMEWORK = 'libtensorflow_framework.so.2';
const SET_UP = `run: ${typed('setup')}`;

/**
 * Examines what voxlab stands on, on this machine, with the fix for what is missing; nothing is changed, nothing is fetched.
 * @example
 * const findings = doctor();
 * findings.filter(({ state }) => state === 'fail').map(({ name, fix }) => `${name}: ${fix}`)
 */
export function doctor(): DoctorFinding[] {
  return [
    platformFinding(process.platform, process.arch),
    nodeFinding(process.versions.node),
    pythonFinding(),
    libraryFinding(),
    cpuFinding(textIfThere('/proc/cpuinfo')),
    ofGpus(),
    diskFinding(),
    jupyterFinding(),
    kernelFinding(),
    chromiumFinding(),
  ];
}

/** TensorFlow's library, the locks, the port's guard and the format and lint check are for this system alone. */
export function platformFinding(platform: string, arch: string): DoctorFinding {
  const found = `${platform} on ${arch}`;
  return platform === 'linux' && arch === 'x64'
    ? ok('system', found)
    : fail(
        'system',
        found,
        'use Linux on x86-64: such a machine, WSL 2, or a container (slow where it is emulated)',
      );
}

export function nodeFinding(version: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const suits = major > 20 || (major === 20 && minor >= 19);
  return suits ? ok('Node.js', version) : fail('Node.js', version, 'install Node.js 20.19 or newer');
}

function pythonFinding(): DoctorFinding {
  const version = firstLineOf(PYTHON, ['-c', 'import platform; print(platform.python_version())']);
  return version === undefined
    ? fail('Python environment', 'none in .venv', SET_UP)
    : ok('Python environment', `${version} in .venv`);
}

export function libraryFinding(folder = tensorflowFolder()): DoctorFinding {
  const named = ['libtensorflow_cc.so.2', FRAMEWORK];
  const missing = named.filter((file) => folder === undefined || !existsSync(join(folder, file)));
  if (folder === undefined || missing.length > 0)
    return fail('TensorFlow library', `${missing.join(' and ')} missing`, SET_UP);
  const info =
    readdirSync(dirname(folder)).find((name) => /^tensorflow(_cpu)?-[\d.]+\.dist-info$/.test(name)) ?? '';
  // pip may have been stopped, or the disk full: loading such a library ends the process.
  const list = textIfThere(join(dirname(folder), info, 'RECORD')) ?? '';
  const wholeBytes = (file: string): number =>
    Number(list.split(`tensorflow/${file},`)[1]?.split(/[,\n]/)[1] ?? 0);
  const cut = named.filter((file) => statSync(join(folder, file)).size < wholeBytes(file));
  return cut.length === 0
    ? ok('TensorFlow library', `${/[\d.]+\d/.exec(info)?.[0] ?? 'version unknown'}, ${named.join(' and ')}`)
    : fail('TensorFlow library', `${cut.join(' and ')} cut short`, `delete .venv, then ${SET_UP}`);
}

function tensorflowFolder(): string | undefined {
  const named = process.env.VOXLAB_TENSORFLOW_DIR;
  return (
    named ??
    sitePackages()
      .map((folder) => join(folder, 'tensorflow'))
      .find((folder) => existsSync(folder))
  );
}

function sitePackages(): string[] {
  const lib = inRepository('.venv', 'lib');
  if (!existsSync(lib)) return [];
  return readdirSync(lib)
    .map((python) => join(lib, python, 'site-packages'))
    .filter((folder) => existsSync(folder));
}

export function cpuFinding(cpuinfo: string | undefined): DoctorFinding {
  const flags = new Set(
    /^flags\s*:(.*)$/m
      .exec(cpuinfo ?? '')?.[1]
      ?.trim()
      .split(/\s+/),
  );
  const found = ['avx2', 'avx512f', 'avx512_bf16', 'amx_bf16'].map((flag) =>
    flags.has(flag) ? flag : `no ${flag}`,
  );
  if (!flags.has('avx2') && !flags.has('avx512f'))
    return {
      name: 'CPU features',
      state: 'note',
      found: 'no AVX2',
      fix: 'training will be slow: use a newer CPU or a GPU',
    };
  return ok('CPU features', found.join(', '));
}

/** CUDA 12's libraries work with this driver and newer ones (NVIDIA's "CUDA Compatibility"). */
const DRIVER_NEEDED = [525, 60] as const;

/** `isCudaBuild` says of TensorFlow's library. */
export function gpuFinding(
  gpus: readonly Pick<NvidiaGpu, 'name' | 'memory' | 'driver'>[],
  isCudaBuild: boolean,
): DoctorFinding {
  if (gpus.length === 0)
    return { name: 'GPU', state: 'note', found: 'none: the CPU trains', fix: 'none needed' };
  const found = gpus.map(({ name, memory, driver }) => `${name}, ${memory}, ${driver}`).join('; ');
  const note = (what: string, fix: string): DoctorFinding => ({
    name: 'GPU',
    state: 'note',
    found: `${found}, but ${what}`,
    fix,
  });
  if (!isCudaBuild) return note("TensorFlow's library is the CPU's", SET_UP);
  const [major = 0, minor = 0] = gpus[0]!.driver.split('.').map(Number);
  const isOld = major < DRIVER_NEEDED[0] || (major === DRIVER_NEEDED[0] && minor < DRIVER_NEEDED[1]);
  const needed = DRIVER_NEEDED.join('.');
  return isOld
    ? note(`the driver is older than ${needed}`, `install NVIDIA's driver ${needed} or newer`)
    : ok('GPU', found);
}

function ofGpus(): DoctorFinding {
  const gpus = nvidiaGpus();
  return gpuFinding(gpus, gpus.length > 0 && hasCudaBuild());
}

/** The CUDA build names the place of cuDNN's package, beside its own; that this package is there may have other reasons. */
function hasCudaBuild(): boolean {
  const library = join(tensorflowFolder() ?? '', FRAMEWORK);
  return existsSync(library) && readFileSync(library).includes('nvidia/cudnn/lib');
}

function diskFinding(): DoctorFinding {
  const freeGb = freeDiskBytes(inRepository()) / 1e9;
  const found = `${freeGb.toFixed(1)} GB free`;
  return freeGb >= DISK_NEEDED_GB
    ? ok('Disk', found)
    : fail('Disk', found, `make room: ${DISK_NEEDED_GB} GB are needed`);
}

function jupyterFinding(): DoctorFinding {
  const version = firstLineOf(inRepository('.venv', 'bin', 'jupyter-lab'), ['--version']);
  return version === undefined ? fail('JupyterLab', 'none in .venv', SET_UP) : ok('JupyterLab', version);
}

function kernelFinding(): DoctorFinding {
  const specFile = inRepository('.jupyter', 'share', 'jupyter', 'kernels', 'voxlab', 'kernel.json');
  const fix = 'run: npx voxlab kernel install';
  if (!existsSync(specFile)) return fail('Notebook kernel', 'not installed', fix);
  try {
    const argv = readJson(specFile, 'a kernel').at('argv').texts();
    const gone = argv.filter((word) => word.startsWith('/') && !existsSync(word));
    return gone.length === 0
      ? ok('Notebook kernel', 'installed')
      : fail('Notebook kernel', `names ${gone.join(', ')}, which is gone`, fix);
  } catch (error) {
    return fail('Notebook kernel', messageOf(error), fix);
  }
}

function chromiumFinding(): DoctorFinding {
  const version = ['chromium', 'chromium-browser', 'google-chrome']
    .map((program) => firstLineOf(program, ['--version']))
    .find((line) => line !== undefined);
  return version === undefined
    ? {
        name: 'Chromium',
        state: 'note',
        found: 'none',
        fix: 'install chromium to run the browser checks of npm test',
      }
    : ok('Chromium', version);
}

function firstLineOf(program: string, args: readonly string[]): string | undefined {
  const run = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
  return run.status === 0 ? run.stdout.trim().split('\n')[0] : undefined;
}

const ok = (name: string, found: string): DoctorFinding => ({ name, state: 'ok', found });
const fail = (name: string, found: string, fix: string): DoctorFinding => ({
  name,
  state: 'fail',
  found,
  fix,
});
