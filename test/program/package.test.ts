import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inRepository } from '../../src/paths.js';

/** The tarball, installed in an empty project as a stranger would, without install scripts. */
const folder = mkdtempSync(join(tmpdir(), 'voxlab-package-'));
const project = join(folder, 'project');
const tarball = (): string => join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
after(() => rmSync(folder, { recursive: true, force: true }));
before(() => {
  mkdirSync(project);
  run(inRepository(), 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
  run(project, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', tarball());
  run(project, 'npx', 'voxlab', 'setup');
});

/** As kernelOnNodes.test.ts has them. */
const NODES = process.env.VOXLAB_NODES ?? inRepository('.setup', 'nodes', 'node_modules');

/** What it prints on stdout; fails, with all that it said, unless it ends well. */
function run(cwd: string, command: string, ...words: readonly string[]): string {
  const env = { ...process.env };
  delete env.VOXLAB_HOME;
  const done = spawnSync(command, words, { cwd, env, encoding: 'utf8', timeout: 300_000 });
  assert.equal(done.status, 0, `${command} ${words.join(' ')}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

const voxlab = (...words: readonly string[]): string => run(project, 'npx', 'voxlab', ...words);

/** Before a command: it runs where no network is but the machine's own loop, if the system lets one make such a place. */
const OFFLINE = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const canBeOffline = spawnSync(OFFLINE[0]!, [...OFFLINE.slice(1), 'true']).status === 0;
const offline = canBeOffline ? OFFLINE : ['env'];

test('the tarball is at most 3 MB, without tests and benches', () => {
  assert.ok(statSync(tarball()).size < 3e6);
  const inside = readdirSync(join(project, 'node_modules', 'voxlab', 'dist'));
  assert.deepEqual(inside, ['browser', 'lib', 'src']);
  assert.deepEqual(
    readdirSync(join(project, 'node_modules', 'voxlab', 'dist', 'src')).filter((name) =>
      name.endsWith('.js'),
    ),
    [],
  );
});

test("the set-up fills the project's folder, and doctor finds nothing to mend", () => {
  for (const name of ['.venv', '.jupyter', '.setup', 'configs', 'notebooks'])
    assert.ok(readdirSync(project).includes(name), name);
  assert.doesNotMatch(voxlab('doctor'), /^FAIL|npm run/m);
  assert.equal(spawnSync('npx', ['voxlab', 'setup'], { cwd: project }).status, 0, 'a second one');
});

/** A program of a user's: each door by itself, and the whole. */
const OWN = `
import { openRowIndex, openRows } from 'voxlab/hdf5';
import { listKernelSpecs, runNotebook } from 'voxlab/kernel';
import { openEngine, tf as alone } from 'voxlab/tensorflow';
import { crop, tf, VERSION } from 'voxlab';

const path: string = process.argv[2]!;
const rows = await openRows(await openRowIndex(path, 'input'));
const bytes: Uint8Array = rows.readRowBytes(1);
rows.close();
const sum: number = tf.add(1, 2).dataSync()[0]!;
const isOne: boolean = openEngine().version === openEngine().version && alone.topk([1, 3, 2], 2).values.dataSync()[0] === 3;
console.log(JSON.stringify([VERSION, bytes.length, sum, isOne, listKernelSpecs().length, typeof runNotebook, typeof crop]));
`;
const patches = 'data/preprocessed/32x32x32-patch.hdf5';
/** On three scans, a subset each. */
const TRAIN = ['train', '--holdout', '2', '--epochs', '1', '--filters', '2', '--out'] as const;

test(`data, runs and notebooks are those of the project: crop, train, a notebook${canBeOffline ? ', without a network' : ''}`, () => {
  const alone = (...words: readonly string[]): string =>
    run(project, offline[0]!, ...offline.slice(1), 'npx', 'voxlab', ...words);
  alone('sample', '--scans', '3');
  alone('crop', '--subset', 'all');
  alone(...TRAIN, 'runs/first');
  assert.match(alone('runs'), /first/);
  alone('notebook', 'run', '01-scan');
  const executed = readFileSync(join(project, 'runs', 'notebooks', '01-scan.ipynb'), 'utf8');
  assert.match(executed, /\d+ of \d+ nodules lie inside/);
});

test('a program of the project: types, and each sub-path by itself and beside the others', () => {
  writeFileSync(join(project, 'own.ts'), OWN);
  const tsc = inRepository('node_modules', 'typescript', 'bin', 'tsc');
  const flags = '--strict --target es2023 --module nodenext --types node --skipLibCheck'.split(' ');
  run(project, process.execPath, tsc, ...flags, 'own.ts');
  assert.deepEqual(JSON.parse(run(project, process.execPath, 'own.js', patches)), ownAnswer());
});

for (const major of [22, 24]) {
  const node = join(NODES, `node${major}`, 'bin', 'node');
  test(`Node.js ${major}: the same program, a run, a notebook`, {
    skip: !existsSync(node) && `no ${node}`,
  }, () => {
    const cli = join('node_modules', 'voxlab', 'dist', 'lib', 'cli.js');
    assert.match(run(project, node, '--version'), new RegExp(`^v${major}\\.`));
    assert.deepEqual(JSON.parse(run(project, node, 'own.js', patches)), ownAnswer());
    run(project, node, cli, ...TRAIN, `runs/node-${major}`);
    run(project, node, cli, 'kernel', 'install');
    run(project, node, cli, 'notebook', 'run', '01-scan');
  });
}

function ownAnswer(): unknown[] {
  const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));
  return [version, 32 ** 3 * 2, 3, true, 1, 'function', 'function'];
}
