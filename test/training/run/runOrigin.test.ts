import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { readCheckpointMeta } from '../../../src/training/run/checkpointMeta.js';
import { readOrigin, revisionOfClone } from '../../../src/training/run/runOrigin.js';
import { train } from '../../../src/training/train.js';
import { allRecords, trainFixture } from '../trainFixture.js';

test('revisionOfClone() is the commit, says when tracked files were changed, and is null where there is no clone', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-clone-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const git = (...words: string[]): string => {
    const name = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
    const { status, stdout, stderr } = spawnSync('git', ['-C', folder, ...name, ...words], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  assert.equal(revisionOfClone(folder), null);
  git('init', '-q');
  assert.equal(revisionOfClone(folder), null, 'without a commit');
  writeFileSync(join(folder, 'file'), '1');
  git('add', 'file');
  git('commit', '-q', '-m', 'first');
  git('tag', 'v1');
  const commit = git('rev-parse', 'HEAD');
  assert.equal(revisionOfClone(folder), commit);
  writeFileSync(join(folder, 'file'), '2');
  assert.equal(revisionOfClone(folder), `${commit}-dirty`);
});

test('train() writes with what a run was begun, once: a resume leaves it; what does not fit is named', async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  await allRecords(train(config));
  const file = join(config.run, 'origin.json');
  const before = readFileSync(file, 'utf8');
  const origin = readOrigin(config.run)!;
  assert.match(origin.program, /^voxlab \d/);
  assert.ok(Math.abs(Date.parse(origin.startedAt) - Date.now()) < 600_000);
  assert.deepEqual(origin.data, readCheckpointMeta(join(config.run, 'last')).data);
  assert.equal(origin.devices.length, 1);
  await allRecords(train({ ...config, epochs: 2 }, { resume: true }));
  assert.equal(readFileSync(file, 'utf8'), before);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(before), ranks: 0 }));
  assert.throws(
    () => readOrigin(config.run),
    (error) =>
      error instanceof InputError &&
      /origin\.json: ranks: expected a whole number of at least 1/.test(error.message),
  );
  rmSync(file);
  assert.equal(readOrigin(config.run), undefined);
});
