import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { parseRtStructures } from '../../../src/volumes/segments/rtStructures.js';
import { apartMm, measuredParts, referenceParts, SERIES, segmentFile } from './segmentReference.js';

const FILE = segmentFile('structures.dcm');

test('parseRtStructures() fills outlines, with holes, to the volume that they enclose', () => {
  const { segments, seriesUid } = parseRtStructures(readFileSync(FILE), FILE);
  assert.equal(seriesUid, SERIES);
  assert.deepEqual(
    segments.map(({ label, name }) => [label, name]),
    [
      [1, 'GTV nodules'],
      [2, 'tube'],
    ],
  );
  const found = measuredParts(segments);
  const expected = referenceParts('structures.dcm');
  assert.equal(found.length, expected.length);
  for (const [i, part] of found.entries()) {
    assert.equal(part.label, expected[i]!.label);
    // Pixels of 0.1 mm.
    assert.ok(apartMm(part.centerWorldMm, expected[i]!.centerWorldMm) < 0.01, JSON.stringify(part));
    assert.ok(Math.abs(part.diameterMm / expected[i]!.diameterMm - 1) < 1e-3);
    assert.ok(Math.abs(part.inPlaneMm - expected[i]!.inPlaneMm) < 0.1);
  }
});

test('parseRtStructures() refuses a file that is cut short, and one without outlines', () => {
  const whole = readFileSync(FILE);
  for (const share of [0, 0.1, 0.5, 0.99])
    assert.throws(() => parseRtStructures(whole.subarray(0, share * whole.length), FILE), InputError);
});
