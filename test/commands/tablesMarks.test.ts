import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runPython } from '../python.js';
import { SERIES_UID, series, writeSlices } from '../volumes/dicomFixture.js';
import { voxlab } from './voxlab.js';

test('tables marks writes markups for every series and a report beside DICOM, of the surest marks', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-marks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeSlices(
    join(folder, 'scans'),
    series(3, () => ({ '0020,0052': '1.2.9' })),
  );
  const table = join(folder, 'marks.csv');
  const rows = [0.2, 0.9, 0.4, 0.01].map((p, i) => `${SERIES_UID},${i},2,3,${p},${4 + i}`);
  writeFileSync(
    table,
    `seriesuid,coordX,coordY,coordZ,probability,diameter_mm\n${[...rows, 'other,1,2,3,0.5,6'].join('\n')}\n`,
  );
  const out = join(folder, 'out');
  const words = [
    'tables',
    'marks',
    table,
    '--out',
    out,
    '--scans',
    join(folder, 'scans'),
    '--at-least',
    '0.1',
  ];
  const run = voxlab(...words, '--most', '2', '--json');
  assert.equal(run.status, 0, run.stderr);
  const { files, ...counts } = JSON.parse(run.stdout);
  assert.deepEqual(counts, { series: 2, marks: 3, leftOut: 2, failed: [] });
  assert.deepEqual(readdirSync(out).sort(), [
    `${SERIES_UID}.mrk.json`,
    `${SERIES_UID}.sr.dcm`,
    'other.mrk.json',
  ]);
  assert.equal(files.length, 3);
  const [list] = JSON.parse(readFileSync(join(out, `${SERIES_UID}.mrk.json`), 'utf8')).markups;
  assert.deepEqual(
    list.controlPoints.map(({ position }: { position: number[] }) => position[0]),
    [1, 2],
  );
  const texts = runPython<string[]>(
    `import json, sys, pydicom
ds = pydicom.dcmread(json.load(sys.stdin))
print(json.dumps([str(m.MeasuredValueSequence[0].NumericValue) for g in ds.ContentSequence[-1].ContentSequence for m in g.ContentSequence if m.ValueType == 'NUM']))`,
    join(out, `${SERIES_UID}.sr.dcm`),
  );
  assert.deepEqual(texts.map(Number), [5, 90, 6, 40]);
  assert.match(
    voxlab(...words).stdout,
    /wrote 3 files of 2 series in .*: 4 marks, 1 less sure ones left out\n$/,
  );
});

test('tables marks writes nothing outside its folder, and goes on beside slices without the uids of a report', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-marks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeSlices(join(folder, 'scans'), series(3));
  const table = join(folder, 'marks.csv');
  writeFileSync(table, `seriesuid,coordX,coordY,coordZ\n../evil,1,2,3\n${SERIES_UID},1,2,3\nfine,1,2,3\n`);
  const out = join(folder, 'below', 'out');
  const run = voxlab('tables', 'marks', table, '--out', out, '--scans', join(folder, 'scans'));
  assert.equal(run.status, 1);
  assert.match(
    run.stderr,
    /2 of 3 series have no files: .*expected one that can name a file, received "..\/evil"/,
  );
  assert.deepEqual(readdirSync(out), ['fine.mrk.json']);
  assert.equal(existsSync(join(folder, 'below', 'evil.mrk.json')), false);
});
