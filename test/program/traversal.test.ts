import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zipMember } from '../../src/exchange/zip.js';
import { openStaging } from '../../src/patches/staging.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { CLI } from '../commands/voxlab.js';
import { HEADER, writeScan } from '../patches/cropFixture.js';
import { runPython } from '../python.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';
import { series, writeSlices } from '../volumes/dicomFixture.js';

/** What would lead out of a folder, were it a part of a file's name. */
const LEADING_OUT = [
  ...[
    '../../x',
    '/tmp/voxlab-absolute',
    '..\\..\\x',
    'C:\\x',
    '..',
    '.',
    'a/../../../x',
    './../x',
    '%2e%2e%2fx',
  ],
  ...['~/x', 'a\u0000/../x', '\uff0e\uff0e/x', `${'../'.repeat(30)}tmp/voxlab-absolute`],
];

interface Place {
  readonly base: string;
  /** The folder that commands are told to write to, deep below `base`. */
  readonly out: string;
  at(...parts: string[]): string;
  run(...words: string[]): { status: number | null; stdout: string; stderr: string };
  /** What lies where no command was told to write, with times of change. */
  outside(): string[];
}

function place(t: TestContext): Place {
  const base = mkdtempSync(join(tmpdir(), 'voxlab-traversal-'));
  t.after(() => rmSync(base, { recursive: true }));
  const out = join(base, 'a', 'b', 'c', 'out');
  mkdirSync(join(base, 'a', 'b', 'c', 'cwd'), { recursive: true });
  const list = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (path === out) return [];
      return entry.isDirectory() ? list(path) : [`${relative(base, path)} ${statSync(path).mtimeMs}`];
    });
  return {
    ...{ base, out },
    at: (...parts) => join(base, ...parts),
    run: (...words) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
        encoding: 'utf8',
        timeout: 120_000,
        cwd: join(base, 'a', 'b', 'c', 'cwd'),
      });
      return { status, stdout, stderr };
    },
    outside: () => [
      ...list(base),
      ...readdirSync(tmpdir()).filter((name) => name === 'x' || name === 'voxlab-absolute'),
    ],
  };
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

test('uids of a table of marks name files in the folder that was asked for, or none', (t) => {
  const { at, out, run, outside } = place(t);
  for (const [index, uid] of LEADING_OUT.entries()) {
    const table = at(`marks${index}.csv`);
    writeFileSync(
      table,
      `seriesuid,coordX,coordY,coordZ,probability\n${quoted(uid)},1,2,3,0.5\ngood,1,2,3,0.5\n`,
    );
    const before = outside();
    const { status, stderr } = run('tables', 'marks', table, '--out', out);
    assert.deepEqual(outside(), before, `${JSON.stringify(uid)} wrote elsewhere`);
    if (/[/\\\0]|^\.{1,2}$/.test(uid)) {
      assert.equal(status, 1, uid);
      assert.match(stderr, /expected one that can name a file|expected text in UTF-8/, uid);
    } else assert.deepEqual([status, readdirSync(out).includes(`${uid}.mrk.json`)], [0, true], stderr);
  }
});

test('uids of candidates, annotations and submissions name no files at all', (t) => {
  const { at, out, run, outside } = place(t);
  writeScan(at('raw', 'subset0'), 'good');
  const uids = LEADING_OUT.filter((uid) => !uid.includes('\0'));
  const table = (name: string, header: string, cells: string): string => {
    writeFileSync(
      at(name),
      [header, ...['good', ...uids].map((uid) => `${quoted(uid)},1,2,3${cells}`), ''].join('\n'),
    );
    return at(name);
  };
  table('raw/candidates_V2.csv', HEADER, ',1');
  writeFileSync(
    at('crop.ini'),
    `[local]\nLUNA_PATH = ${at('raw')}\nCSV_PATH = ${at('raw')}\nPREPROCESSED_PATH = ${out}\n`,
  );
  const submission = table('submission.csv', 'seriesuid,coordX,coordY,coordZ,probability', ',0.5');
  const annotations = table('annotations.csv', 'seriesuid,coordX,coordY,coordZ,diameter_mm', ',5');
  writeFileSync(at('uids.csv'), ['good', ...uids, ''].join('\n'));
  const before = outside();
  const crop = run('crop', '--config', at('crop.ini'), '--dim', '8', '--slices', '6');
  assert.equal(crop.status, 0, crop.stderr);
  const froc = ['froc', submission, '--annotations', annotations, '--seriesuids', at('uids.csv')];
  const scored = run(...froc, '--out', join(out, 'froc'));
  assert.equal(scored.status, 0, scored.stderr);
  assert.deepEqual(outside(), before);
});

test('uids of a patch file name no files', async (t) => {
  const { at, out, run, outside } = place(t);
  for (const [index, uid] of LEADING_OUT.filter((each) => !each.includes('\0'))
    .slice(0, 4)
    .entries()) {
    const file = at(`p${index}-patch.hdf5`);
    const own = { ...columns, seriesUid: columns.seriesUid.map(() => uid) };
    await writePatchFile(file, format, { ...provenance, scans: { [uid]: '0'.repeat(64) } }, own, [
      rowsOf(0, 5),
    ]);
    mkdirSync(at('raw', 'subset0'), { recursive: true });
    writeScan(at('raw', 'subset0'), 'good');
    const before = outside();
    run('explore', file, '--html', join(out, 'page.html'));
    run('verify', file, '--scans', at('raw'));
    run('figure', 'class-balance', file, '--out', out);
    assert.deepEqual(outside(), before, uid);
  }
});

test('a staged scan lies in the staging folder, whatever its uid', (t) => {
  const { at, outside } = place(t);
  mkdirSync(at('patches'));
  const staging = openStaging(at('patches', 'p.hdf5'), 'key');
  staging.begin();
  staging.begun();
  const before = outside();
  const scan = { subset: 0, sha256: 'x', rows: [], checksum: 7, outsideLines: [] } as const;
  for (const uid of LEADING_OUT) staging.finish(uid, 'stamp', { ...scan, uid });
  const made = outside().filter((line) => !before.includes(line));
  assert.equal(made.length, LEADING_OUT.length);
  for (const line of made) assert.match(line, /^patches\/p\.hdf5\.staging\/scan-[^/]+\.json /);
});

test('a series uid of DICOM that leads out is no uid', (t) => {
  const { at, out, run, outside } = place(t);
  const folder = at('raw', 'subset0');
  mkdirSync(folder, { recursive: true });
  writeSlices(folder, series(3));
  const uid = readdirSync(folder).map((name) => join(folder, name));
  for (const file of uid) {
    const bytes = readFileSync(file);
    const from = bytes.indexOf(Buffer.from([0x20, 0, 0x0e, 0])) + 8;
    bytes.write('../../../x', from, 'latin1');
    writeFileSync(file, bytes);
  }
  writeFileSync(at('raw', 'candidates_V2.csv'), `${HEADER}\n../../../x,1,2,3,1\n`);
  writeFileSync(
    at('crop.ini'),
    `[local]\nLUNA_PATH = ${at('raw')}\nCSV_PATH = ${at('raw')}\nPREPROCESSED_PATH = ${out}\n`,
  );
  const before = outside();
  const { status, stderr } = run('crop', '--config', at('crop.ini'));
  assert.equal(status, 1);
  assert.match(stderr, /no uid of digits and dots/);
  assert.deepEqual(outside(), before);
});

test('members of an archive are read by name, never unpacked, and promise no more than they hold', async (t) => {
  const { at, out, run, outside } = place(t);
  const data = at('p-patch.hdf5');
  await writePatchFile(data, format, provenance, columns, [rowsOf(0, 5)]);
  runPython(
    `import json, sys, zipfile
folder = json.load(sys.stdin)
with zipfile.ZipFile(folder + '/out.keras', 'w') as z:
    for name in ['../../../x', '/tmp/voxlab-absolute', 'config.json', 'model.weights.h5', '../config.json']: z.writestr(name, b'{}')
with zipfile.ZipFile(folder + '/bomb.keras', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('config.json', b' ' * 10_000_000)
    z.writestr('model.weights.h5', b'{}')
raw = bytearray(open(folder + '/bomb.keras', 'rb').read())
at = raw.index(b'PK\\x01\\x02')
raw[at + 24:at + 28] = (0xf0000000).to_bytes(4, 'little')
open(folder + '/bomb.keras', 'wb').write(raw)
print('null')`,
    at('.'),
  );
  const before = outside();
  assert.equal(run('import', at('out.keras'), '--data', data, '--out', out).status, 1);
  await assert.rejects(
    zipMember(at('bomb.keras'), 'config.json'),
    /config\.json: expected what \d+ bytes can hold .* a promise of 4026531840 bytes/,
  );
  assert.equal(await zipMember(at('out.keras'), 'x'), undefined);
  assert.deepEqual(outside(), before);
});
