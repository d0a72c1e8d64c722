import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { HEADER, writeScan } from '../patches/cropFixture.js';

const LIMIT_S = 2;

interface Prepared {
  readonly folder: string;
  readonly raw: string;
  readonly run: (...words: string[]) => {
    status: number | null;
    signal: string | null;
    stdout: string;
    stderr: string;
    seconds: number;
  };
}

/** Scans in `raw`/subset0, each with a candidate; commands that start with a file system that hangs where a path says so. */
function prepare(t: TestContext, uids: readonly string[]): Prepared {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-slow-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const library = join(folder, 'slow.so');
  const source = inRepository('test/fixtures/volumes/hangingReads.c');
  const made = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const raw = join(folder, 'raw');
  mkdirSync(join(raw, 'subset0'), { recursive: true });
  writeFileSync(
    join(raw, 'candidates_V2.csv'),
    [HEADER, ...uids.map((uid) => `${uid},1,2,3,1`), ''].join('\n'),
  );
  writeFileSync(
    join(folder, 'crop.ini'),
    `[local]\nLUNA_PATH = ${raw}\nCSV_PATH = ${raw}\nPREPROCESSED_PATH = ${join(folder, 'out')}\n`,
  );
  const run = (...words: string[]) => {
    const began = performance.now();
    const done = spawnSync(process.execPath, [inRepository('dist/lib/cli.js'), ...words], {
      encoding: 'utf8',
      timeout: 90_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, LD_PRELOAD: library, VOXLAB_READ_LIMIT_S: String(LIMIT_S) },
    });
    return { ...done, seconds: (performance.now() - began) / 1000 };
  };
  return { folder, raw, run };
}

const CROP = ['--dim', '8', '--slices', '6'];

for (const workers of ['1', '2'])
  test(`a file system that hangs costs a scan, with ${workers} workers`, async (t) => {
    const { folder, raw, run } = prepare(t, ['a', 'hangs', 'z']);
    for (const uid of ['a', 'hangs', 'z']) writeScan(join(raw, 'subset0'), uid);
    const done = run('crop', '--config', join(folder, 'crop.ini'), ...CROP, '--workers', workers, '--json');
    assert.deepEqual([done.status, done.signal], [1, null], done.stderr);
    assert.ok(done.seconds < 30, `${done.seconds} s`);
    const { failed, rows } = JSON.parse(done.stdout);
    assert.equal(rows, 2);
    assert.equal(failed.length, 1);
    assert.match(
      failed[0].reason,
      /hangs\.mhd: its file system does not answer: one read took longer than 2 s; .*VOXLAB_READ_LIMIT_S$/,
    );
    const patches = await openPatchFile(join(folder, 'out', '8x8x6-patch.hdf5'));
    assert.deepEqual(
      patches.findings([0, 1]).map(({ seriesUid }) => seriesUid),
      ['a', 'z'],
    );
    await patches.close();
  });

test('a file system that does not even say what a file is costs a scan', async (t) => {
  const { folder, raw, run } = prepare(t, ['a', 'gone', 'z']);
  for (const uid of ['a', 'gone', 'z']) writeScan(join(raw, 'subset0'), uid);
  const done = run('crop', '--config', join(folder, 'crop.ini'), ...CROP, '--json');
  assert.deepEqual([done.status, done.signal], [1, null], done.stderr);
  const { failed, rows } = JSON.parse(done.stdout);
  assert.deepEqual([rows, failed.length], [2, 1]);
  assert.match(failed[0].reason, /gone\.mhd: its file system does not answer/);
});

test('a command that reads itself ends, too, where a file system hangs, and goes on with the others', (t) => {
  const { raw, run } = prepare(t, []);
  for (const uid of ['hangs', 'z']) writeScan(join(raw, 'subset0'), uid);
  const scans = ['hangs', 'z'].map((uid) => join(raw, 'subset0', `${uid}.mhd`));
  const done = run('tables', 'segments', ...scans, '--json');
  assert.deepEqual([done.status, done.signal], [1, null], done.stderr);
  assert.ok(done.seconds < 30, `${done.seconds} s`);
  assert.match(done.stderr, /its file system does not answer/);
});

test('pipes, devices and folders in place of a scan cost the scan, at once', (t) => {
  const uids = ['folder', 'good', 'pipe', 'piped', 'terminal', 'zeros'];
  const { folder, raw, run } = prepare(t, uids);
  const at = (name: string): string => join(raw, 'subset0', name);
  writeScan(join(raw, 'subset0'), 'good');
  writeScan(join(raw, 'subset0'), 'piped');
  rmSync(at('piped.raw'));
  for (const name of ['pipe.mhd', 'piped.raw', 'other.dcm'])
    assert.equal(spawnSync('mkfifo', [at(name)]).status, 0);
  symlinkSync('/dev/zero', at('zeros.nrrd'));
  symlinkSync('/dev/tty', at('terminal.nii'));
  mkdirSync(at('folder.mhd'));
  const done = run('crop', '--config', join(folder, 'crop.ini'), ...CROP, '--json');
  assert.deepEqual([done.status, done.signal], [1, null], done.stderr);
  assert.ok(done.seconds < 20, `${done.seconds} s`);
  const { failed, rows } = JSON.parse(done.stdout) as {
    failed: { uid: string; reason: string }[];
    rows: number;
  };
  assert.equal(rows, 1);
  assert.deepEqual(failed.map(({ uid }) => uid).sort(), ['pipe', 'piped', 'terminal', 'zeros']);
  for (const { reason } of failed) assert.match(reason, /expected a file, found a pipe or a device$/);
});
