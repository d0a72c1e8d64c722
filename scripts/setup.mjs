// Sets up a clone: npm packages, a Python environment with TensorFlow's library and JupyterLab, the compiled program, the kernel.
//   node scripts/setup.mjs run     what the program needs
//   node scripts/setup.mjs test    the same, and the reference tools that the tests compare with
// Installed as a package (npx voxlab setup), it is compiled and has its npm packages: the rest goes into the project's folder.
// Node's own modules only. Every step is stamped in .setup/ by the hash of its inputs: a second run skips what stands,
// a run after Ctrl-C goes on with the step that was cut short. Nothing is written outside the clone, or the project.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs'; // whole: a named import that an old Node lacks would fail before the version check
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  checkDisk,
  checkNodeAndPlatform,
  checkRegistries,
  findPython,
  forgetHalfInstalled,
  hasNvidiaGpu,
  libraryAlone,
  otherWheel,
  removeOtherEngine,
  SetupError,
} from './machine.mjs';
import { waitForTurn } from './oneAtATime.mjs';

/** Where the program's own files lie. */
const PACKAGE = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** What is set up: the clone, or the project that has the program as a package; as src/paths.ts says it. */
const ROOT = projectOf(PACKAGE);
const STAMPS = join(ROOT, '.setup');
const VENV = join(ROOT, '.venv');
const VENV_PYTHON = join(VENV, 'bin', 'python');
const KERNEL_SPEC = join(ROOT, '.jupyter', 'share', 'jupyter', 'kernels', 'voxlab', 'kernel.json');

/** npm and pip do not go on when the set-up is killed. */
const WITH_PARENT = join(PACKAGE, 'scripts', 'withParent.mjs');

const started = Date.now();
const purpose = process.argv[2];
/** Programs at work: two at most, one a chain. */
const children = new Set();
let turn;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

try {
  if (purpose !== 'run' && purpose !== 'test') throw new SetupError('usage: node scripts/setup.mjs run|test');
  await setUp(purpose);
} catch (error) {
  // Ctrl-C while a registry is asked, which nothing runs beside, is heard of now.
  await new Promise((done) => setTimeout(done, 10));
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}

function projectOf(folder) {
  if (process.env.VOXLAB_HOME) return resolve(process.env.VOXLAB_HOME);
  const modules = folder.indexOf(`${sep}node_modules${sep}`);
  return modules < 0 ? folder : folder.slice(0, modules) || sep;
}

async function setUp(purpose) {
  checkNodeAndPlatform();
  turn = await waitForTurn(ROOT, say);
  const gpu = hasNvidiaGpu();
  const importsTensorflow = gpu || purpose === 'test';
  // One that was made for the program alone may be of a Python that TensorFlow's packages do not know.
  if (importsTensorflow && fs.existsSync(VENV_PYTHON) && otherWheel(VENV_PYTHON) !== undefined)
    fs.rmSync(join(STAMPS, 'venv'), { force: true });
  forgetHalfInstalled(STAMPS);
  const steps = planSteps(purpose, gpu);
  const open = steps.filter((step) => !isStamped(step));
  if (open.length === 0) return say('everything is set up');

  // All that can be known to fail is checked before the first byte is written.
  const python = open.some((step) => step.needsPython) ? findPython(importsTensorflow) : undefined;
  checkDisk(
    ROOT,
    open.reduce((sum, step) => sum + step.megabytes, 0),
  );
  checkRegistries(ROOT, new Set(open.map((step) => step.downloads)), python);

  const labels = new Map(steps.map((step, index) => [step, `[${index + 1}/${steps.length}] ${step.title}`]));
  for (const step of steps) if (!open.includes(step)) say(`${labels.get(step)}: already done`);
  const ofPython = ({ needsPython }) => needsPython === true;
  const ofNode = ({ name }) => name === 'npm' || name === 'build';
  // npm waits for the disk and the network while pip unpacks, and the other way round.
  await runChains([open.filter(ofNode), open.filter(ofPython)], labels, python);
  await runChains([open.filter((step) => !ofNode(step) && !ofPython(step))], labels, python);
  say(`set up in ${seconds(started)}`);
}

/**
 * Runs chains of steps side by side. After a failure the step that runs beside it is let come to its end, so that its work
 * stands, and no further one begins; what failed is thrown in the end.
 */
async function runChains(chains, labels, python) {
  const failures = [];
  const runChain = async (chain) => {
    for (const step of chain) {
      if (failures.length > 0) return;
      await runStep(step, labels.get(step), python).catch((error) => failures.push(error));
    }
  };
  await Promise.all(chains.map(runChain));
  if (failures.length > 0) throw failures[0];
}

async function runStep(step, label, python) {
  fs.rmSync(stampPath(step), { force: true });
  const from = Date.now();
  await step.run(label, python);
  fs.mkdirSync(STAMPS, { recursive: true });
  fs.writeFileSync(stampPath(step), `${step.hash}\n`);
  say(`${label}: done in ${seconds(from)}`);
}

/** The steps in order; `hash` covers everything that a step's result depends on. */
function planSteps(purpose, gpu) {
  const isPackage = ROOT !== PACKAGE;
  const npm = {
    name: 'npm',
    title: 'npm packages',
    hash: isPackage ? '' : hashOf(['package-lock.json', '.npmrc'], process.version),
    megabytes: 700,
    downloads: 'npm',
    run: (label) => runLogged('npm', label, 'npm', ['ci', '--no-progress', '--loglevel=error']),
  };
  const venv = {
    name: 'venv',
    title: 'Python environment',
    hash: hashOf([], ROOT),
    megabytes: 50,
    needsPython: true,
    // A clone that was moved has a dead environment, one in which pip was stopped half a package: start it anew.
    run: async (label, python) => {
      await fs.promises.rm(VENV, { recursive: true, force: true }); // rmSync would hold up Ctrl-C
      for (const name of ['lab', 'test', 'engine', 'lab.log', 'test.log', 'engine.log'])
        fs.rmSync(join(STAMPS, name), { force: true });
      return runLogged('venv', label, python, ['-m', 'venv', VENV]);
    },
  };
  const pip = (name, title, file, megabytes, flagsOf = () => []) => ({
    name,
    title,
    hash: hashOf([file], venv.hash),
    megabytes,
    downloads: 'pip',
    needsPython: true,
    after: venv,
    run: (label) =>
      runLogged(name, label, VENV_PYTHON, [
        ...['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar=off'],
        ...flagsOf(),
        ...['-r', join(PACKAGE, file)],
      ]),
  });
  const engine = gpu
    ? pip('engine', "TensorFlow's library (NVIDIA GPU)", 'requirements/engine-gpu.txt', 7500, () => {
        removeOtherEngine(VENV, 'tensorflow_cpu');
        return [];
      })
    : pip('engine', "TensorFlow's library (CPU)", 'requirements/engine-cpu.txt', 1700, () => {
        removeOtherEngine(VENV, 'tensorflow');
        return libraryAlone(VENV_PYTHON);
      });
  const lab = pip('lab', 'JupyterLab', 'requirements/lab.txt', 450);
  // A package does not bring their list.
  const test = () => pip('test', 'reference tools for the tests', 'requirements/test.txt', 1150);
  const build = {
    name: 'build',
    title: 'compile',
    hash: isPackage
      ? ''
      : hashOf(
          ['package.json', 'tsconfig.json', 'scripts/bundle.mjs', ...filesBelow('src', 'test', 'bench')],
          npm.hash,
        ),
    megabytes: 20,
    run: async (label) => {
      await fs.promises.rm(join(ROOT, 'dist'), { recursive: true, force: true });
      await runLogged('build', label, process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')]);
      await runLogged('bundle', `${label}, bundles`, process.execPath, [join(ROOT, 'scripts/bundle.mjs')]);
      linkOwnPackage();
    },
  };
  const kernel = {
    name: 'kernel',
    title: 'notebook kernel',
    hash: hashOf(['package.json', ...filesBelow('src/kernel')], ROOT + PACKAGE + process.execPath),
    megabytes: 1,
    run: (label) =>
      runLogged('kernel', label, process.execPath, [
        join(PACKAGE, 'dist/lib/voxlab.cjs'),
        'kernel',
        'install',
      ]),
  };
  const examples = {
    name: 'examples',
    title: 'configs and notebooks',
    hash: hashOf(['package.json']),
    megabytes: 1,
    // What stands is the user's.
    run: () => {
      for (const folder of ['configs', 'notebooks'])
        fs.cpSync(join(PACKAGE, folder), join(ROOT, folder), { recursive: true, force: false });
    },
  };
  if (isPackage) return [venv, engine, lab, kernel, examples];
  return [npm, venv, engine, lab, ...(purpose === 'test' ? [test()] : []), build, kernel];
}

/** Cells and `npx voxlab` find the clone as a package of its own name. */
function linkOwnPackage() {
  const link = (target, path) => {
    fs.rmSync(path, { force: true, recursive: true });
    fs.symlinkSync(target, path);
  };
  link('..', join(ROOT, 'node_modules', 'voxlab'));
  link('../../dist/lib/voxlab.cjs', join(ROOT, 'node_modules', '.bin', 'voxlab'));
}

/** Runs a program with its output in .setup/<name>.log; a sign of life every ten seconds; the log's end on failure. */
function runLogged(name, label, command, args) {
  fs.mkdirSync(STAMPS, { recursive: true });
  const logPath = join(STAMPS, `${name}.log`);
  const [log, from] = [fs.openSync(logPath, 'w'), Date.now()];
  say(`${label} ...`);
  const alive = setInterval(() => say(`${label} ... ${seconds(from)}${lastLine(logPath)}`), 10_000);
  const words = [WITH_PARENT, String(process.pid), command, ...args];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', log, log, turn] });
  children.add(child);
  return new Promise((done, failed) => {
    child.once('error', (error) =>
      failed(new SetupError(`${label}: ${command} cannot be started (${error.message})`)),
    );
    child.once('close', (code) => {
      if (code === 0) return done();
      const end = fs.readFileSync(logPath, 'utf8').trim().split('\n').slice(-15).join('\n');
      failed(
        new SetupError(`${label} failed (exit ${code}); the end of ${relative(ROOT, logPath)}:\n${end}`),
      );
    });
  }).finally(() => {
    clearInterval(alive);
    fs.closeSync(log);
    children.delete(child);
  });
}

function lastLine(logPath) {
  const line = fs.readFileSync(logPath, 'utf8').trimEnd().split('\n').pop() ?? '';
  return line === '' ? '' : `, ${line.slice(0, 90)}`;
}

function stop(signal) {
  for (const child of children) child.kill(signal);
  process.stderr.write('\nsetup: interrupted; run the same command again to go on from here\n');
  process.exit(130);
}

function isStamped(step) {
  if (!fs.existsSync(stampPath(step)) || fs.readFileSync(stampPath(step), 'utf8').trim() !== step.hash)
    return false;
  // What a stamp vouches for may have been deleted by hand.
  const result =
    { npm: 'node_modules', venv: VENV_PYTHON, build: 'dist/lib', kernel: KERNEL_SPEC, examples: 'configs' }[
      step.name
    ] ?? VENV_PYTHON;
  return fs.existsSync(resolve(ROOT, result)) && (step.after === undefined || isStamped(step.after));
}

function stampPath(step) {
  return join(STAMPS, step.name);
}

function hashOf(files, ...more) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(fs.readFileSync(join(PACKAGE, file)));
  return hash.update(more.join('\n')).digest('hex');
}

function filesBelow(...folders) {
  return folders
    .flatMap((folder) => fs.readdirSync(join(PACKAGE, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(PACKAGE, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => /\.(ts|css|py)$/.test(file))
    .sort();
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function seconds(from) {
  return `${Math.round((Date.now() - from) / 1000)} s`;
}
