import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAnnotations } from '../../../src/candidates/annotations.js';
import { lidcFindings } from '../../../src/candidates/lidc/lidcFindings.js';
import { lidcTableTexts, readLidcTables } from '../../../src/candidates/lidc/lidcTables.js';
import { writeMetaImage } from '../../../src/volumes/metaImage/metaImageWriter.js';
import { sliceTags, writeSlices } from '../../volumes/dicomFixture.js';
import { type LidcReference, REFERENCES, readingOf, scanOf, xmlOf } from './lidcReference.js';

const [fourReaders, neighbours, crowded, scattered] = REFERENCES as [
  LidcReference,
  LidcReference,
  LidcReference,
  LidcReference,
];

/** A series of slices of 4 x 3 voxels: places need no more. */
function writeDicom(
  folder: string,
  { uid, originZMm, spacingMm, slices, sliceThicknessMm }: LidcReference,
): void {
  const files = Array.from({ length: slices }, (_, k) => [
    `1-${k}.dcm`,
    sliceTags(0, Buffer.alloc(24), {
      '0018,0050': `${sliceThicknessMm}`,
      '0020,000E': uid,
      '0020,0032': `-45.5\\33.25\\${originZMm + k * spacingMm[2]}`,
      '0028,0030': `${spacingMm[1]}\\${spacingMm[0]}`,
    }),
  ]);
  writeSlices(folder, Object.fromEntries(files));
}

function temporary(t: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lidc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("readLidcTables() reads XML beside DICOM slices, as the archive has them, with the series' own slice thickness", async (t) => {
  const folder = temporary(t);
  for (const reference of [fourReaders, neighbours, crowded]) {
    writeDicom(join(folder, reference.uid), reference);
    copyFileSync(xmlOf(reference), join(folder, reference.uid, 'marks.xml'));
  }
  writeFileSync(join(folder, 'chest.xml'), '<IdriReadMessage/>');
  const seen: number[] = [];
  const tables = await readLidcTables(folder, { onProgress: ({ done }) => seen.push(done) });
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.deepEqual(tables.failed, []);
  assert.deepEqual(tables.otherXml, [join(folder, 'chest.xml')]);
  assert.deepEqual(tables.crowded, [crowded.uid]);
  assert.deepEqual(tables.seriesUids, [fourReaders.uid, neighbours.uid, crowded.uid]);
  const expected = [fourReaders, neighbours, crowded].flatMap(
    (reference) => lidcFindings(readingOf(reference), scanOf(reference), 3).nodules,
  );
  assert.equal(tables.nodules.length, 5);
  for (const [i, { centerWorldMm, diameterMm, seriesUid }] of tables.nodules.entries()) {
    assert.equal(seriesUid, expected[i]!.seriesUid);
    assert.ok(Math.hypot(...centerWorldMm.map((mm, k) => mm - expected[i]!.centerWorldMm[k]!)) < 1e-3);
    assert.ok(Math.abs(diameterMm - expected[i]!.diameterMm) < 1e-6);
  }
});

test("readLidcTables() takes scans of other formats under LUNA16's names; what has no scan is named", async (t) => {
  const folder = temporary(t);
  const scans = join(folder, 'scans', 'subset0');
  mkdirSync(join(folder, 'xml', '157'), { recursive: true });
  for (const reference of REFERENCES)
    copyFileSync(xmlOf(reference), join(folder, 'xml', '157', reference.file));
  for (const reference of [neighbours, scattered]) {
    const { geometry } = scanOf(reference);
    const [x, y, z] = [4, 4, reference.slices];
    writeMetaImage(join(scans, `${reference.uid}.mhd`), {
      ...{ ...geometry, size: [x, y, z] },
      data: new Int16Array(x * y * z),
    });
  }
  const options = { scansFolder: join(folder, 'scans'), readers: 2 };
  const tables = await readLidcTables(join(folder, 'xml'), options);
  assert.deepEqual(tables.withoutScan, [fourReaders.uid, crowded.uid]);
  assert.deepEqual(tables.seriesUids, [neighbours.uid, scattered.uid]);
  const texts = lidcTableTexts(tables);
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
  const read = readAnnotations(join(folder, 'annotations.csv'));
  assert.deepEqual(
    read,
    tables.nodules.map(({ seriesUid, centerWorldMm, diameterMm }) => ({
      seriesUid,
      centerWorldMm,
      diameterMm,
    })),
  );
  assert.equal(readAnnotations(join(folder, 'annotations_excluded.csv')).length, tables.excluded.length);
  assert.match(
    texts.get('annotations.csv')!,
    /^seriesuid,coordX,coordY,coordZ,diameter_mm,malignancy,malignancies,readers\n/,
  );
  assert.equal(texts.get('seriesuids.csv'), `${neighbours.uid}\n${scattered.uid}\n`);
});

test('readLidcTables() goes on beside broken XML, slices that are missing and two readings of one series', async (t) => {
  const folder = temporary(t);
  for (const reference of [fourReaders, neighbours, crowded]) {
    const kept = reference === crowded ? { ...reference, slices: 5 } : reference;
    writeDicom(join(folder, reference.uid), kept);
    copyFileSync(xmlOf(reference), join(folder, `${reference.uid}.xml`));
  }
  copyFileSync(xmlOf(fourReaders), join(folder, 'copy.xml'));
  const other = readFileSync(xmlOf(neighbours), 'utf8').replace('<malignancy>1', '<malignancy>2');
  writeFileSync(join(folder, 'other.xml'), other);
  writeFileSync(join(folder, 'cut.xml'), other.slice(0, 5000));
  // As an old CD has it: a name in Latin-1.
  mkdirSync(Buffer.concat([Buffer.from(`${folder}/M`), Buffer.from([0xdc]), Buffer.from('LLER')]));
  const { seriesUids, failed } = await readLidcTables(folder);
  assert.deepEqual(seriesUids, [fourReaders.uid]);
  assert.equal(failed[0]!.reason, 'the name of the folder is not UTF-8: rename it');
  const reasons = failed.slice(1).map(({ reason }) => reason.slice(folder.length + 1));
  assert.equal(reasons.length, 3);
  assert.match(reasons[0]!, /^cut\.xml:\d+: expected well-formed XML/);
  assert.match(reasons[1]!, /expected one reading of series .*\.2, found another one in .*other\.xml/);
  assert.match(reasons[2]!, /some slices of the scan are missing/);
});

test('readLidcTables() refuses a folder without XML, and XML of other scans alone', async (t) => {
  const folder = temporary(t);
  await assert.rejects(readLidcTables(join(folder, 'none')), /expected a folder with XML files/);
  await assert.rejects(readLidcTables(folder), /expected XML files of LIDC-IDRI in it or below, found none/);
  writeDicom(folder, fourReaders);
  copyFileSync(xmlOf(crowded), join(folder, 'a.xml'));
  await assert.rejects(readLidcTables(folder), /expected XML files of scans in .*, found 1 of other series/);
});
