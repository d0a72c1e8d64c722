// What the set-up needs of the machine, checked before anything is written: Node, platform, Python, disk, registries.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';

const NODE_NEEDED = [20, 19];
/** Those that TensorFlow has wheels for. */
const PYTHONS_OF_TENSORFLOW = ['3.11', '3.12', '3.13'];
/** voxlab needs the C library in the wheel alone, which knows nothing of Python: another version's wheel does. */
const PYTHONS = [...PYTHONS_OF_TENSORFLOW, '3.14'];

/** A reason to stop that the user can mend: printed as one line, without a stack. */
export class SetupError extends Error {}

export function checkNodeAndPlatform() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor < NODE_NEEDED[1]))
    throw new SetupError(
      `Node.js ${NODE_NEEDED.join('.')} or newer is needed, this is ${process.versions.node}: install a newer Node.js`,
    );
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupError(
      `Linux on x86-64 is needed (TensorFlow's library), this is ${process.platform} on ${process.arch}: use such a machine, WSL 2 or a container`,
    );
}

/**
 * The first Python with venv and pip that does; VOXLAB_PYTHON names one. `importsTensorflow`: it is one that TensorFlow itself
 * has a wheel for, as its CUDA packages and the tests need it.
 */
export function findPython(importsTensorflow) {
  const accepted = importsTensorflow ? PYTHONS_OF_TENSORFLOW : PYTHONS;
  const named = process.env.VOXLAB_PYTHON;
  const candidates = named
    ? [named]
    : ['python3', 'python', ...accepted.map((version) => `python${version}`)];
  const refused = [];
  for (const candidate of candidates) {
    const version = pythonVersion(candidate);
    if (version === undefined) continue;
    if (!accepted.includes(minorOf(version))) refused.push(`${candidate} is ${version}`);
    else if (!hasModule(candidate, 'venv') || !hasModule(candidate, 'ensurepip'))
      refused.push(`${candidate} (${version}) lacks the venv module: install python${minorOf(version)}-venv`);
    else if (!hasModule(candidate, 'pip'))
      refused.push(`${candidate} (${version}) lacks pip: install python3-pip`);
    else return candidate;
  }
  const found =
    refused.length > 0 ? refused.join('; ') : `found none${named ? ` at VOXLAB_PYTHON=${named}` : ''}`;
  throw new SetupError(
    `Python ${accepted.slice(0, -1).join(', ')} or ${accepted.at(-1)} with venv and pip is needed: ${found}; install one of these versions, or name it in VOXLAB_PYTHON`,
  );
}

/** Of a Python's own environment: undefined where TensorFlow has wheels for it, else the version whose wheel is taken, and where to. */
export function otherWheel(python) {
  if (PYTHONS_OF_TENSORFLOW.includes(minorOf(pythonVersion(python)))) return undefined;
  const asked = spawnSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("platlib"))'], {
    encoding: 'utf8',
  });
  return { version: PYTHONS_OF_TENSORFLOW.at(-1), target: asked.stdout.trim() };
}

/** TensorFlow without the packages that its Python part needs; for a Python that it has no wheel for, another one's. */
export function libraryAlone(python) {
  const other = otherWheel(python);
  if (other === undefined) return ['--no-deps'];
  const { version, target } = other;
  return ['--no-deps', '--only-binary=:all:', `--python-version=${version}`, `--target=${target}`];
}

/**
 * Takes TensorFlow out of an environment that has the build `other` (`tensorflow_cpu`, `tensorflow`). Both have the same files:
 * put over each other, both are installed for pip, which leaves whichever lies there when one of them is wanted again.
 */
export function removeOtherEngine(venv, other) {
  const lib = join(venv, 'lib');
  const packages = (fs.existsSync(lib) ? fs.readdirSync(lib) : [])
    .map((python) => join(lib, python, 'site-packages'))
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) => fs.readdirSync(folder));
  if (!packages.some((name) => name.startsWith(`${other}-`) && name.endsWith('.dist-info'))) return;
  const words = ['-m', 'pip', 'uninstall', '--yes', '--disable-pip-version-check'];
  const removed = spawnSync(join(venv, 'bin', 'python'), [...words, 'tensorflow', 'tensorflow-cpu'], {
    encoding: 'utf8',
  });
  if (removed.status !== 0)
    throw new SetupError(
      `TensorFlow's other build cannot be removed (${removed.stderr.trim().slice(-300)}): delete ${venv} and run the command again`,
    );
}

function minorOf(version) {
  return version.split('.').slice(0, 2).join('.');
}

function pythonVersion(python) {
  const asked = spawnSync(python, ['-c', 'import platform; print(platform.python_version())'], {
    encoding: 'utf8',
  });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

function hasModule(python, module) {
  return spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
}

/** A question of its own: src/nvidiaGpus.ts is built after the set-up. */
export function hasNvidiaGpu() {
  const asked = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8' });
  return asked.status === 0 && /^GPU \d+/m.test(asked.stdout);
}

export function checkDisk(folder, needed) {
  const { bavail, bsize } = fs.statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free < needed)
    throw new SetupError(
      `${needed} MB of free disk are needed for ${folder}, ${free} MB are free: make room and run the command again`,
    );
}

/** One small question to each registry that will be needed; the answer is not kept. */
export function checkRegistries(folder, downloads, python) {
  if (downloads.has('npm')) {
    const asked = spawnSync('npm', ['view', 'ini', 'version', '--fetch-retries=1', '--fetch-timeout=20000'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (asked.status !== 0) throw new SetupError(noNetwork('npm registry', asked.stderr));
  }
  if (downloads.has('pip')) {
    const probe = join(folder, '.setup', 'probe');
    const asked = spawnSync(
      python,
      [
        ...['-m', 'pip', 'download', '--no-deps', '--quiet', '--no-input', '--disable-pip-version-check'],
        ...['--retries=1', '--timeout=20', '--dest', probe, 'six==1.17.0'],
      ],
      { encoding: 'utf8' },
    );
    fs.rmSync(probe, { recursive: true, force: true });
    if (asked.status !== 0) throw new SetupError(noNetwork('Python package index', asked.stderr));
  }
}

function noNetwork(what, stderr) {
  const reason =
    (stderr ?? '')
      .trim()
      .split('\n')
      .filter((line) => !/warn/i.test(line))[0] ?? 'no answer';
  return `the ${what} cannot be reached (${reason.slice(0, 160)}): check the network or the proxy settings, then run the command again`;
}

/**
 * pip takes a package that it was stopped in the midst of for a whole one: where it had begun to change the environment, by its
 * log, and did not come to its end, that one is made anew.
 */
export function forgetHalfInstalled(stamps) {
  const logs = fs.existsSync(stamps) ? fs.readdirSync(stamps).filter((name) => name.endsWith('.log')) : [];
  const said = logs.map((log) => fs.readFileSync(join(stamps, log), 'utf8'));
  const isHalf = (text) => text.includes('Installing collected') && !text.includes('Successfully installed');
  if (said.some(isHalf)) fs.rmSync(join(stamps, 'venv'), { force: true });
}
