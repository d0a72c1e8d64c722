import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
  /** A mount of a server that is gone. */
  readonly nas: string;
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
  const nas = join(folder, 'nas');
  mkdirSync(nas);
  writeFileSync(`${nas}.down`, '');
  writeFileSync(`${nas}.calls`, '');
  const run = (...words: string[]) => {
    const began = performance.now();
    const program = words[0] === '--input-type=module' ? [] : [inRepository('dist/lib/voxlab.cjs')];
    const done = spawnSync(process.execPath, [...program, ...words], {
      encoding: 'utf8',
      timeout: 90_000,
      killSignal: 'SIGKILL',
      env: {
        ...process.env,
        ...{ LD_PRELOAD: library, HANGING_MOUNT: nas, VOXLAB_READ_LIMIT_S: String(LIMIT_S) },
      },
    });
    return { ...done, seconds: (performance.now() - began) / 1000 };
  };
  return { folder, raw, nas, run };
}

/** Calls that have met the server that is gone: each keeps a thread. */
function callsOf(nas: string): number {
  return readFileSync(`${nas}.calls`).length;
}

/** The header stays where it is, the voxels lie on the mount. */
function moveVoxels(scans: string, uid: string, nas: string): void {
  renameSync(join(scans, `${uid}.raw`), join(nas, `${uid}.raw`));
  const header = join(scans, `${uid}.mhd`);
  writeFileSync(header, readFileSync(header, 'utf8').replace(`${uid}.raw`, join(nas, `${uid}.raw`)));
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
      /hangs\.mhd: its file system does not answer: .*hangs\.mhd has been silent for \d s, and is asked again in 30 s; .*VOXLAB_READ_LIMIT_S$/,
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

test('a server that is gone costs one wait: of its other scans each fails at once, and those elsewhere are cropped', (t) => {
  const away = Array.from({ length: 12 }, (_, i) => `away${i}`);
  const uids = [...away, 'here'];
  const { folder, raw, nas, run } = prepare(t, uids);
  const scans = join(raw, 'subset0');
  for (const uid of uids) writeScan(scans, uid);
  for (const uid of away) moveVoxels(scans, uid, nas);
  const done = run('crop', '--config', join(folder, 'crop.ini'), ...CROP, '--workers', '1', '--json');
  assert.deepEqual([done.status, done.signal], [1, null], done.stderr);
  assert.ok(done.seconds < 40, `${done.seconds} s`);
  const { failed, rows } = JSON.parse(done.stdout) as { failed: { reason: string }[]; rows: number };
  assert.deepEqual([rows, failed.length], [1, away.length]);
  const reasons = failed.map(({ reason }) => reason);
  for (const reason of reasons) assert.match(reason, /its file system does not answer/);
  const refused = reasons.filter((reason) =>
    /nas has been silent for \d+ s, and is asked again in /.test(reason),
  );
  assert.ok(refused.length >= away.length - 1, reasons.join('\n'));
  assert.ok(callsOf(nas) <= 6, `${callsOf(nas)} calls hang`);
});

test('a server that is back is read from again; meanwhile one hanging file condemns nothing beside it', (t) => {
  const { raw, nas, run } = prepare(t, []);
  const scans = join(raw, 'subset0');
  for (const uid of ['away', 'hangs', 'here']) writeScan(scans, uid);
  moveVoxels(scans, 'away', nas);
  const program = `
    import { rmSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { readVolume } from ${JSON.stringify(inRepository('dist/lib/index.js'))};
    const seen = [];
    const read = async (uid) => {
      const began = performance.now();
      const result = await readVolume(${JSON.stringify(scans)} + '/' + uid + '.mhd').then(() => 'read', ({ message }) => message);
      seen.push([uid, result, (performance.now() - began) / 1000]);
    };
    for (const uid of ['away', 'away', 'here', 'hangs', 'hangs', 'here']) await read(uid);
    rmSync(${JSON.stringify(`${nas}.down`)});
    await setTimeout(500);
    await read('away');
    console.log(JSON.stringify(seen));
    process.kill(process.pid, 'SIGKILL');
  `;
  const done = run('--input-type=module', '-e', program);
  assert.notEqual(done.stdout, '', done.stderr);
  const seen = JSON.parse(done.stdout) as [string, string, number][];
  const late = /its file system does not answer: one read took longer than 2 s/;
  const silent = /its file system does not answer: .*(nas|away\.raw|hangs\.mhd) has been silent for/;
  const expected = [late, silent, /^read$/, late, silent, /^read$/, /^read$/];
  for (const [i, [uid, result, seconds]] of seen.entries()) {
    assert.match(result, expected[i]!, uid);
    if (expected[i] !== late) assert.ok(seconds < 1, `${uid}: ${seconds} s`);
  }
  assert.equal(seen.length, expected.length);
});

test('what is read at once is asked for before: tables, settings, patch files, folders of slices, runs', (t) => {
  const { folder, raw, nas, run } = prepare(t, ['z']);
  writeScan(join(raw, 'subset0'), 'z');
  copyFileSync(join(folder, 'crop.ini'), join(nas, 'crop.ini'));
  copyFileSync(join(raw, 'candidates_V2.csv'), join(nas, 'candidates.csv'));
  mkdirSync(join(nas, 'slices'));
  symlinkSync(join(nas, 'slices'), join(folder, 'link'));
  const ini = (name: string, line: string): string => {
    const file = join(folder, name);
    const text = readFileSync(join(folder, 'crop.ini'), 'utf8');
    writeFileSync(file, text.replace(new RegExp(`^${line.split(' ')[0]} = .*$`, 'm'), line));
    return file;
  };
  const commands = [
    ['crop', ...CROP, '--config', join(nas, 'crop.ini')],
    ['crop', ...CROP, '--config', ini('table.ini', `CSV_PATH = ${join(nas, 'candidates.csv')}`)],
    ['crop', ...CROP, '--config', ini('scans.ini', `LUNA_PATH = ${join(folder, 'link')}`)],
    ['explore', join(nas, '8x8x6-patch.hdf5')],
    ['merge', join(nas, '8x8x6-patch.0-of-2.hdf5'), join(nas, '8x8x6-patch.1-of-2.hdf5')],
    ['tables', nas],
    ['evaluate', join(nas, 'run')],
    ['gpu', 'summary', join(nas, 'gpu.jsonl')],
    ['figure', 'training', join(nas, 'run')],
  ];
  for (const words of commands) {
    const done = run(...words);
    assert.deepEqual(
      [done.status, done.signal, done.stdout],
      [1, null, ''],
      `${words.join(' ')}: ${done.stderr}`,
    );
    assert.match(done.stderr, /^voxlab: .*its file system does not answer: one read took longer than 2 s/);
    assert.ok(done.seconds < 15, `${words.join(' ')}: ${done.seconds} s`);
  }
  // Of several scans the others go on.
  const done = run('detect', join(nas, 'slices'), join(raw, 'subset0', 'z.mhd'));
  assert.deepEqual([done.status, done.signal], [1, null], done.stderr);
  assert.match(done.stderr, /slices: its file system does not answer/);
  assert.match(done.stderr, /z\.mhd: no lungs were found/, 'it was read');
});
