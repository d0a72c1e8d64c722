import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { allEnd, isRunning, startNode, until } from '../processes.js';

/** A copy of what the set-up reads, with a PATH that holds only what the test puts there. */
function bareClone(t: TestContext): {
  folder: string;
  bin: string;
  run: (preload?: string) => ReturnType<typeof spawnSync>;
} {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-setup-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of [
    'package.json',
    'package-lock.json',
    '.npmrc',
    'tsconfig.json',
    'requirements',
    'scripts',
  ])
    cpSync(inRepository(file), join(folder, file), { recursive: true });
  for (const name of ['src/kernel', 'test', 'bench', 'bin'])
    mkdirSync(join(folder, name), { recursive: true });
  const bin = join(folder, 'bin');
  const run = (preload = '') =>
    spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(preload)}`, 'scripts/setup.mjs', 'run'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: bin, HOME: folder },
      },
    );
  return { folder, bin, run };
}

/** A program on that PATH, as a shell script. */
function fake(bin: string, name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

const GOOD_PYTHON = 'case "$2" in *platform*) echo 3.12.4;; esac; exit 0';

function assertStops(run: ReturnType<typeof spawnSync>, folder: string, message: RegExp): void {
  assert.equal(run.status, 1, String(run.stderr));
  const lines = String(run.stderr).trimEnd().split('\n');
  assert.equal(lines.length, 1, String(run.stderr));
  assert.match(lines[0]!, message);
  assert.equal(existsSync(join(folder, 'node_modules')), false, 'nothing is half done');
  assert.equal(existsSync(join(folder, '.venv')), false, 'nothing is half done');
}

test('setup says which Python versions do when there is none', (t) => {
  const { folder, run } = bareClone(t);
  assertStops(
    run(),
    folder,
    /^setup: Python 3\.11, 3\.12, 3\.13 or 3\.14 with venv and pip is needed: found none; install/,
  );
});

test('setup names an unsuitable Python and its version', (t) => {
  const { folder, bin, run } = bareClone(t);
  fake(bin, 'python3', 'case "$2" in *platform*) echo 3.9.1;; esac');
  assertStops(run(), folder, /python3 is 3\.9\.1; install one of these versions/);
});

test('setup says which package brings a missing venv module', (t) => {
  const { folder, bin, run } = bareClone(t);
  fake(bin, 'python3', 'case "$2" in *platform*) echo 3.12.4;; *venv*|*ensurepip*) exit 1;; esac');
  assertStops(run(), folder, /python3 \(3\.12\.4\) lacks the venv module: install python3\.12-venv/);
});

test('setup takes a later Python on the PATH when the first does not suit', (t) => {
  const { folder, bin, run } = bareClone(t);
  fake(bin, 'python3', 'echo 3.9.1');
  fake(bin, 'python3.12', GOOD_PYTHON);
  fake(bin, 'npm', 'exit 1');
  assertStops(run(), folder, /the npm registry cannot be reached/);
});

test('setup says when a registry cannot be reached', (t) => {
  const { folder, bin, run } = bareClone(t);
  fake(bin, 'npm', 'echo "npm error network timeout" >&2; exit 1');
  fake(bin, 'python3', GOOD_PYTHON);
  assertStops(
    run(),
    folder,
    /the npm registry cannot be reached \(npm error network timeout\): check the network/,
  );
  fake(bin, 'npm', 'exit 0');
  fake(
    bin,
    'python3',
    'case "$2" in *platform*) echo 3.12.4;; pip) echo "ERROR: no route" >&2; exit 1;; esac',
  );
  assertStops(run(), folder, /the Python package index cannot be reached \(ERROR: no route\)/);
});

test('setup that gets Ctrl-C while it asks a registry says that it was interrupted', (t) => {
  const { bin, run } = bareClone(t);
  fake(bin, 'npm', 'kill -INT $PPID; echo "npm error signal SIGINT" >&2; exit 1');
  fake(bin, 'python3', GOOD_PYTHON);
  const { status, stderr } = run();
  assert.equal(status, 130);
  assert.match(String(stderr), /^\nsetup: interrupted; run the same command again to go on from here\n$/);
});

test('setup says how much disk is needed and how much is free', (t) => {
  const { folder, bin, run } = bareClone(t);
  fake(bin, 'python3', GOOD_PYTHON);
  const preload = "import fs from 'node:fs'; fs.statfsSync = () => ({ bavail: 100, bsize: 1e6 });";
  assertStops(
    run(preload),
    folder,
    /^setup: \d+ MB of free disk are needed for .*, 100 MB are free: make room/,
  );
});

test('setup refuses an old Node.js before anything else', (t) => {
  const { folder, run } = bareClone(t);
  const preload = "Object.defineProperty(process.versions, 'node', { value: '18.20.4' });";
  assertStops(
    run(preload),
    folder,
    /^setup: Node\.js 20\.19 or newer is needed, this is 18\.20\.4: install a newer Node\.js$/,
  );
});

test('setup goes on after a failed step, skips what is stamped, and shows the end of the log', (t) => {
  const { folder, bin, run } = bareClone(t);
  fake(bin, 'python3', GOOD_PYTHON);
  symlinkSync('/bin/mkdir', join(bin, 'mkdir'));
  fake(bin, 'npm', '[ "$1" = view ] && exit 0; mkdir node_modules; exit 0');
  const first = run();
  assert.equal(first.status, 1);
  assert.match(String(first.stderr), /\[1\/6\] npm packages: done/);
  assert.deepEqual(
    readdirSync(join(folder, '.setup')).filter((name) => name === 'npm'),
    ['npm'],
  );
  assert.match(String(run().stderr), /\[1\/6\] npm packages: already done/);
});

test('setup works for npm and for Python side by side; what runs beside a step that fails is let come to its end, and nothing begins', (t) => {
  const { folder, bin, run } = bareClone(t);
  for (const name of ['mkdir', 'sleep']) symlinkSync(`/bin/${name}`, join(bin, name));
  const wait = (file: string) => `while [ ! -s ${file} ]; do sleep 0.05; done`;
  // It comes to its end when Python's failure is known, which is a moment after its process is gone.
  const failed = `${wait('python-fails')}; read pid < python-fails; while kill -0 $pid 2> none; do sleep 0.05; done; sleep 0.5`;
  fake(bin, 'npm', `[ "$1" = view ] && exit 0; echo runs > npm-runs; ${failed}; mkdir node_modules`);
  const venv = `${wait('npm-runs')}; echo "no room"; echo $$ > python-fails; exit 7`;
  fake(bin, 'python3', `case "$2" in *platform*) echo 3.12.4;; venv) ${venv};; esac; exit 0`);
  const { status, stderr } = run();
  assert.equal(status, 1, String(stderr));
  assert.match(
    String(stderr),
    /\[1\/6\] npm packages: done .*\nsetup: \[2\/6\] Python environment failed \(exit 7\).*\nno room\n$/s,
  );
  assert.doesNotMatch(String(stderr), /compile|TensorFlow/);
  assert.ok(existsSync(join(folder, '.setup', 'npm')) && !existsSync(join(folder, '.setup', 'venv')));
});

test('setup makes the environment anew in which pip was stopped half a package, which pip takes for a whole one', (t) => {
  const { folder, bin, run } = bareClone(t);
  for (const name of ['mkdir', 'cp', 'chmod']) symlinkSync(`/bin/${name}`, join(bin, name));
  fake(bin, 'npm', '[ "$1" = view ] && exit 0; mkdir -p node_modules; exit 0');
  const pip =
    'echo "Installing collected packages: big"; echo > asked; [ -e whole ] && echo "Successfully installed big"';
  writeFileSync(join(bin, 'inside'), `#!/bin/sh\ncase "$2" in pip) ${pip};; esac\n`);
  const venv = 'mkdir -p .venv/bin; cp bin/inside .venv/bin/python; chmod +x .venv/bin/python';
  fake(bin, 'python3', `case "$2" in *platform*) echo 3.12.4;; venv) ${venv};; esac; exit 0`);
  // The compiler, whose failure would end the set-up, is slower than one of pip's steps.
  mkdirSync(join(folder, 'node_modules', 'typescript', 'bin'), { recursive: true });
  writeFileSync(
    join(folder, 'node_modules', 'typescript', 'bin', 'tsc'),
    "import('node:fs').then(({ existsSync }) => setInterval(() => existsSync('asked') && setTimeout(() => process.exit(1), 1000), 50));",
  );
  run();
  writeFileSync(join(folder, 'whole'), '');
  rmSync(join(folder, 'asked'));
  assert.match(String(run().stderr), /Python environment \.\.\..*TensorFlow's library \(CPU\): done/s);
  const { stderr } = run();
  assert.match(
    String(stderr),
    /Python environment: already done.*TensorFlow's library \(CPU\): already done/s,
  );
});

test("setup takes the wheel of another Python's TensorFlow where its own has none", (t) => {
  const { folder, bin, run } = bareClone(t);
  for (const tool of ['mkdir', 'cp', 'chmod', 'sleep']) symlinkSync(`/bin/${tool}`, join(bin, tool));
  // Python of the environment: writes down what pip is asked for, and fails, so that the set-up ends there.
  writeFileSync(
    join(bin, 'inside'),
    '#!/bin/sh\ncase "$2" in *platform*) echo 3.14.1;; *sysconfig*) echo /packages;; pip) echo "$@" > asked; exit 1;; esac\n',
  );
  // What fails beside it would end the set-up earlier.
  fake(bin, 'npm', '[ "$1" = view ] && exit 0; while [ ! -e asked ]; do sleep 0.1; done; exit 1');
  fake(
    bin,
    'python3',
    'case "$2" in *platform*) echo 3.14.1;; venv) mkdir -p .venv/bin; cp bin/inside .venv/bin/python; chmod +x .venv/bin/python;; esac; exit 0',
  );
  const ended = run();
  assert.equal(ended.status, 1, String(ended.stderr));
  const asked = readFileSync(join(folder, 'asked'), 'utf8');
  assert.match(
    asked,
    /--no-deps --only-binary=:all: --python-version=3\.13 --target=\/packages -r .*engine-cpu\.txt/,
  );
});

test("setup takes the CPU's TensorFlow out before it puts the GPU's in its place", (t) => {
  const { folder, bin, run } = bareClone(t);
  for (const tool of ['mkdir', 'cp', 'chmod', 'sleep']) symlinkSync(`/bin/${tool}`, join(bin, tool));
  fake(bin, 'nvidia-smi', 'echo "GPU 0: NVIDIA H200 (UUID: GPU-4d1c9d2a-0000-1111-2222-333344445555)"');
  // Python of the environment: writes down what pip is asked for, and fails with the first that it is to install.
  writeFileSync(
    join(bin, 'inside'),
    '#!/bin/sh\ncase "$2" in *platform*) echo 3.12.1;; pip) echo "$3 $*" >> asked; [ "$3" = uninstall ];; esac\n',
  );
  fake(bin, 'npm', '[ "$1" = view ] && exit 0; while [ ! -e asked ]; do sleep 0.1; done; sleep 1; exit 1');
  const packages = '.venv/lib/python3.12/site-packages';
  const venv = `mkdir -p .venv/bin ${packages}/tensorflow_cpu-2.21.0.dist-info; cp bin/inside .venv/bin/python; chmod +x .venv/bin/python`;
  fake(bin, 'python3', `case "$2" in *platform*) echo 3.12.1;; venv) ${venv};; esac; exit 0`);
  const ended = run();
  assert.equal(ended.status, 1, String(ended.stderr));
  const asked = readFileSync(join(folder, 'asked'), 'utf8').trimEnd().split('\n');
  assert.match(asked[0]!, /^uninstall .* --yes .*tensorflow tensorflow-cpu$/, String(ended.stderr));
  assert.match(asked[1]!, /^install .*engine-gpu\.txt$/);
});

for (const signal of ['SIGKILL', 'SIGTERM'] as const)
  test(`setup that gets ${signal} takes npm, Python and what they started with it`, async (t) => {
    const { folder, bin } = bareClone(t);
    symlinkSync('/bin/sleep', join(bin, 'sleep'));
    // As the compiler, which goes on after Ctrl-C.
    const deaf = '(trap "" INT TERM; exec sleep 300)';
    const work = (name: string) => `${deaf} & echo "$$ $!" > ${name}.pids; wait`;
    fake(bin, 'npm', `[ "$1" = view ] && exit 0; ${work('npm')}`);
    fake(bin, 'python3', `case "$2" in *platform*) echo 3.12.4;; venv) ${work('python')};; esac; exit 0`);
    const words = ['scripts/setup.mjs', 'run'];
    const setup = startNode(t, words, { cwd: folder, env: { PATH: bin, HOME: folder } });
    const files = ['npm', 'python'].map((name) => join(folder, `${name}.pids`));
    const isWritten = (file: string) => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n');
    await until('both are at work', () => files.every(isWritten));
    const started = files.flatMap((file) => readFileSync(file, 'utf8').trim().split(' ').map(Number));
    assert.ok(started.length === 4 && started.every(isRunning));
    setup.child.kill(signal);
    await allEnd(started, 20);
    if (signal === 'SIGTERM') assert.equal(await setup.ended, 130);
  });
