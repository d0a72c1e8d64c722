import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { parseDicomSegmentation } from '../../../src/volumes/segments/dicomSegmentation.js';
import { apartMm, measuredParts, referenceParts, SERIES, segmentFile } from './segmentReference.js';

const FILES = ['binary.dcm', 'binaryImplicit.dcm', 'fractional.dcm', 'labelMap.dcm'] as const;

test("parseDicomSegmentation() reads highdicom's binary, fractional and label map files voxel by voxel, oblique, without their empty frames", () => {
  for (const name of FILES) {
    const file = segmentFile(name);
    const { segments, seriesUid } = parseDicomSegmentation(readFileSync(file), file);
    assert.equal(seriesUid, SERIES);
    assert.deepEqual(
      segments.map((segment) => [segment.label, segment.name]),
      [
        [1, 'first'],
        [2, 'second'],
      ],
    );
    const found = measuredParts(segments);
    const expected = referenceParts(name);
    assert.equal(found.length, expected.length, name);
    for (const [i, part] of found.entries()) {
      assert.deepEqual([part.label, part.voxels], [expected[i]!.label, expected[i]!.voxels]);
      assert.ok(apartMm(part.centerWorldMm, expected[i]!.centerWorldMm) < 1e-6);
      assert.ok(Math.abs(part.diameterMm - expected[i]!.diameterMm) < 1e-6);
      assert.ok(Math.abs(part.inPlaneMm - expected[i]!.inPlaneMm) < 1e-6);
    }
  }
});

test('parseDicomSegmentation() refuses a file at whatever byte it is cut short, and one of another kind of voxels', () => {
  const file = segmentFile('binary.dcm');
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length - 2; length += 97)
    assert.throws(
      () => parseDicomSegmentation(whole.subarray(0, length), file),
      InputError,
      `${length} bytes`,
    );
  const other = Buffer.from(whole.toString('latin1').replace('BINARY', 'BINERY'), 'latin1');
  assert.throws(() => parseDicomSegmentation(other, file), /SegmentationType \(0062,0001\): expected BINARY/);
});
