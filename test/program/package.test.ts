import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** What it prints on stdout; fails, with all that it said, unless it ends well. */
function run(cwd: string, command: string, ...words: readonly string[]): string {
  const env = { ...process.env };
  delete env.VOXLAB_HOME;
  const done = spawnSync(command, words, { cwd, env, encoding: 'utf8', timeout: 300_000 });
  assert.equal(done.status, 0, `${command} ${words.join(' ')}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

const voxlab = (...words: readonly string[]): string => run(project, 'npx', 'voxlab', ...words);

test('the tarball is at most 3 MB, without tests and benches', () => {
  assert.ok(statSync(tarball()).size < 3e6);
  const inside = readdirSync(join(project, 'node_modules', 'voxlab', 'dist'));
  assert.deepEqual(inside, ['browser', 'src']);
});

test("the set-up fills the project's folder, and doctor finds nothing to mend", () => {
  for (const name of ['.venv', '.jupyter', '.setup', 'configs', 'notebooks'])
    assert.ok(readdirSync(project).includes(name), name);
  assert.doesNotMatch(voxlab('doctor'), /^FAIL|npm run/m);
  assert.equal(spawnSync('npx', ['voxlab', 'setup'], { cwd: project }).status, 0, 'a second one');
});

test('a program of the project imports the library, and TensorFlow counts', () => {
  const program = "import { tf, VERSION } from 'voxlab'; console.log(VERSION, tf.add(1, 2).dataSync()[0]);";
  writeFileSync(join(project, 'own.js'), program);
  const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));
  assert.equal(run(project, process.execPath, 'own.js'), `${version} 3\n`);
});

test('data, runs and notebooks are those of the project: crop, train, a notebook', () => {
  voxlab('sample', '--scans', '10');
  voxlab('crop', '--subset', 'all');
  voxlab('train', '--epochs', '1', '--filters', '2', '--out', 'runs/first');
  assert.match(voxlab('runs'), /first/);
  voxlab('notebook', 'run', '01-scan');
  const executed = readFileSync(join(project, 'runs', 'notebooks', '01-scan.ipynb'), 'utf8');
  assert.match(executed, /\d+ of \d+ nodules lie inside/);
});
