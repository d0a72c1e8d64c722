import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildProgram } from '../../src/commands/program.js';
import { inRepository } from '../../src/paths.js';
import { CLI } from './voxlab.js';

/** Longer as JSON lines than a pipe holds. */
const LOG = inRepository('data/gpustat/k80x8_2018.txt');

test('an unknown command or flag is wrong usage: exit 2, one line on stderr, nothing on stdout', () => {
  for (const words of [[], ['gpu'], ['fly'], ['explore', '--fly'], ['model', '--filters', 'many']]) {
    const run = spawnSync(process.execPath, [CLI, ...words], { encoding: 'utf8' });
    assert.equal(run.status, 2, words.join(' '));
    assert.equal(run.stdout, '');
    assert.match(run.stderr, /^voxlab: .+\n$/);
    assert.equal(run.stderr.trimEnd().split('\n').length, 1);
  }
});

test('wrong usage names the help of the command that was typed', () => {
  for (const [words, command] of [
    [['fly'], 'voxlab'],
    [['--debug', 'explore', '--fly'], 'voxlab explore'],
    [['tables', 'marks', 'marks.csv'], 'voxlab tables marks'],
    [['gpu'], 'voxlab gpu'],
  ] as const) {
    const { stderr } = spawnSync(process.execPath, [CLI, ...words], { encoding: 'utf8' });
    assert.ok(stderr.includes(`(${command} --help says what it takes)`), stderr);
  }
});

test('a help text says which options are required', () => {
  const { stdout } = spawnSync(process.execPath, [CLI, 'explain', '--help'], { encoding: 'utf8' });
  assert.match(stdout, /--rows <list> .*\(required\)/);
});

test('a failure prints one line without a stack; --debug prints the stack', () => {
  const run = (...flags: string[]) =>
    spawnSync(process.execPath, [CLI, 'explore', 'missing.hdf5', ...flags], { encoding: 'utf8' });
  assert.equal(run().status, 1);
  assert.match(run().stderr, /^voxlab: .*missing\.hdf5.*\n$/);
  assert.match(run('--debug').stderr, /\n\s+at /);
});

test('a reader that closes the pipe early gets no stack', () => {
  const run = spawnSync(
    'bash',
    ['-c', `"$0" "$1" gpu convert "$2" | head -1; exit "\${PIPESTATUS[0]}"`, process.execPath, CLI, LOG],
    { encoding: 'utf8' },
  );
  assert.equal(run.status, 0);
  assert.equal(run.stdout.trimEnd().split('\n').length, 1);
  assert.equal(run.stderr, '');
});

test('every command has a help text that says what it does, and describes every flag', () => {
  const commands = buildProgram().commands.flatMap((command) => [command, ...command.commands]);
  assert.ok(commands.length > 5);
  for (const command of commands) {
    assert.ok(command.description().length > 10, command.name());
    for (const option of command.options)
      assert.ok(option.description.length > 0, `${command.name()} ${option.flags}`);
  }
});

test('the single-dash flags of the original project are accepted', () => {
  const run = spawnSync(
    process.execPath,
    [CLI, 'crop', '-subset', '99', '-dim', '32', '-slices', '32', '-hdf5'],
    {
      encoding: 'utf8',
    },
  );
  assert.doesNotMatch(run.stderr, /unknown option/);
});

test('--version prints the version of package.json', () => {
  const run = spawnSync(process.execPath, [CLI, '--version'], { encoding: 'utf8' });
  const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'));
  assert.deepEqual([run.status, run.stdout], [0, `${version}\n`]);
});
