import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { readDicomContext } from '../../../src/volumes/dicom/dicomContext.js';
import { SECRETS, SERIES_UID, series, type Tags, writeSlices } from '../dicomFixture.js';

test('readDicomContext() reads uids of every slice and copies what a report repeats, in any coding', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-context-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (change: Tags, syntax: 'explicit' | 'implicit' | 'big endian' | 'deflated'): string[] => {
    writeSlices(
      folder,
      series(3, () => ({ '0020,0052': '1.2.9', ...change })),
      syntax,
    );
    return [0, 1, 2].map((k) => join(folder, `${k}.dcm`));
  };
  for (const syntax of ['explicit', 'implicit', 'big endian', 'deflated'] as const) {
    const { copied, instances, ...uids } = await readDicomContext(write({}, syntax));
    assert.deepEqual(uids, {
      studyUid: '1.2.826.0.1.3680043.8.498.2',
      seriesUid: SERIES_UID,
      frameOfReferenceUid: '1.2.9',
    });
    assert.equal(new Set(instances.map(({ instanceUid }) => instanceUid)).size, 3);
    assert.equal(copied['0010,0010']![1].toString().trim(), SECRETS[0]);
    assert.equal(copied['0008,0050']![1].length, 0);
  }
  await assert.rejects(
    readDicomContext(write({ '0020,0052': undefined }, 'explicit')),
    (error) =>
      error instanceof InputError &&
      /FrameOfReferenceUID \(0020,0052\): expected digits and dots, received 0/.test(error.message),
  );
  await assert.rejects(
    readDicomContext(write({ '0020,000D': SECRETS[0] }, 'explicit')),
    (error) => error instanceof InputError && !SECRETS.some((secret) => error.message.includes(secret)),
  );
  await assert.rejects(
    readDicomContext([]),
    /^RangeError: Expected the slices of a DICOM series, received none$/,
  );
});
