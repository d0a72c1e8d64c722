import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dicomSliceThicknessMm } from '../../../src/volumes/dicom/dicomSliceThickness.js';
import { noise, type Syntax, sliceTags, writeSlices } from '../dicomFixture.js';

test('dicomSliceThicknessMm() reads (0018,0050) in any coding; undefined where there is none', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-thickness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const read = (thickness: string | undefined, syntax: Syntax = 'explicit'): Promise<number | undefined> => {
    writeSlices(folder, { 'a.dcm': sliceTags(0, noise('a'), { '0018,0050': thickness }) }, syntax);
    return dicomSliceThicknessMm(join(folder, 'a.dcm'));
  };
  for (const syntax of ['explicit', 'implicit', 'big endian', 'deflated'] as const)
    assert.equal(await read('1.25', syntax), 1.25, syntax);
  for (const thickness of [undefined, '', '0', 'thin', '-1']) assert.equal(await read(thickness), undefined);
  writeFileSync(join(folder, 'text'), 'no DICOM');
  assert.equal(await dicomSliceThicknessMm(join(folder, 'text')), undefined);
  await assert.rejects(dicomSliceThicknessMm(join(folder, 'none')), /none: expected a file, found nothing/);
});
