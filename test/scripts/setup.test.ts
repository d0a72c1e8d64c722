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

test('setup that is killed (-9) takes npm and what npm started with it', async (t) => {
  const { folder, bin } = bareClone(t);
  fake(bin, 'python3', GOOD_PYTHON);
  symlinkSync('/bin/sleep', join(bin, 'sleep'));
  fake(bin, 'npm', '[ "$1" = view ] && exit 0; sleep 300 & echo "$$ $!" > pids; wait');
  const setup = startNode(t, ['scripts/setup.mjs', 'run'], { cwd: folder, env: { PATH: bin, HOME: folder } });
  const pids = join(folder, 'pids');
  await until('npm is at work', () => existsSync(pids) && readFileSync(pids, 'utf8').endsWith('\n'));
  const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
  assert.ok(started.length === 2 && started.every(isRunning));
  setup.child.kill('SIGKILL');
  await allEnd(started, 20);
});

test("setup takes the wheel of another Python's TensorFlow where its own has none", (t) => {
  const { folder, bin, run } = bareClone(t);
  for (const tool of ['mkdir', 'cp', 'chmod']) symlinkSync(`/bin/${tool}`, join(bin, tool));
  // Python of the environment: writes down what pip is asked for, and fails, so that the set-up ends there.
  writeFileSync(
    join(bin, 'inside'),
    '#!/bin/sh\ncase "$2" in *platform*) echo 3.14.1;; *sysconfig*) echo /packages;; pip) echo "$@" > asked; exit 1;; esac\n',
  );
  fake(bin, 'npm', '[ "$1" = view ] && exit 0; mkdir -p node_modules; exit 0');
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
