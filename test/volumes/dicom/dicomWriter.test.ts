import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dicomFile, newUid } from '../../../src/volumes/dicom/dicomWriter.js';
import { runPython } from '../../python.js';

test('dicomFile() writes what pydicom reads back, strictly and without a warning', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-dicom-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.dcm');
  const values = [1 / 3, -1234567.890123456, 1e-9, 0, 65536.5, -5e-324, 1.5e308];
  writeFileSync(
    file,
    dicomFile({
      '0008,0016': ['UI', '1.2.840.10008.5.1.4.1.1.88.34'],
      '0008,0018': ['UI', '1.2.3'],
      '0008,0005': ['CS', 'ISO_IR 192'],
      '0010,0010': ['PN', 'Müller^Änne'],
      '0020,0032': ['DS', values.slice(0, 3)],
      '0040,A30A': ['DS', values],
      '0040,A161': ['FD', values],
      '0070,0022': ['FL', [0.5, -1.25, 3]],
      '0028,0010': ['US', 512],
      '0040,A730': ['SQ', [{ '0040,A160': ['UT', 'x'.repeat(70001)] }, {}]],
      '0040,A372': ['SQ', []],
    }),
  );
  const read = runPython<Record<string, unknown>>(
    `import json, sys, warnings
warnings.simplefilter('error')
import pydicom
pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE
ds = pydicom.dcmread(json.load(sys.stdin))
print(json.dumps(dict(name=str(ds.PatientName), syntax=ds.file_meta.TransferSyntaxUID, media=ds.file_meta.MediaStorageSOPInstanceUID,
  decimals=[str(v) for v in ds[0x0040A30A].value], doubles=list(ds[0x0040A161].value), floats=list(ds[0x00700022].value), rows=ds.Rows,
  items=[len(i.TextValue) if 'TextValue' in i else 0 for i in ds.ContentSequence], none=len(ds[0x0040A372].value))))`,
    file,
  );
  assert.equal(read.name, 'Müller^Änne');
  assert.deepEqual([read.syntax, read.media], ['1.2.840.10008.1.2.1', '1.2.3']);
  assert.deepEqual([read.rows, read.items, read.none], [512, [70001, 0], 0]);
  assert.deepEqual(read.doubles, values);
  assert.deepEqual(read.floats, [0.5, -1.25, 3]);
  for (const [i, text] of (read.decimals as string[]).entries()) {
    assert.ok(text.length <= 16, text);
    assert.ok(Math.abs(Number(text) - values[i]!) <= 1e-9 * Math.abs(values[i]!), text);
  }
});

test('dicomFile() refuses a text too long for its field, and newUid() gives valid uids, each its own', () => {
  const base = { '0008,0016': ['UI', '1.2'], '0008,0018': ['UI', '1.2.3'] } as const;
  assert.throws(() => dicomFile({ ...base, '0010,0010': ['PN', 'x'.repeat(70000)] }), /at most 65535 bytes/);
  assert.throws(() => dicomFile({}), RangeError);
  assert.throws(() => dicomFile({ ...base, '0040,A30A': ['DS', Number.NaN] }), /finite number/);
  const uids = Array.from({ length: 500 }, newUid);
  assert.equal(new Set(uids).size, 500);
  for (const uid of uids) assert.match(uid, /^2\.25\.[1-9]\d{30,38}$/);
});
