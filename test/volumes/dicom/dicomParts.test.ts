import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { compressedFrames } from '../../../src/volumes/dicom/dicomParts.js';
import type { DicomPixels } from '../../../src/volumes/dicom/dicomPixels.js';
import { readVolume, scanFiles } from '../../../src/volumes/readVolume.js';
import { largestDifference, pydicomReference } from '../dicomComparison.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-dicom-frames-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Compared {
  readonly folder: string;
  readonly spec: unknown;
  /** In the order of their frames. */
  readonly files: readonly string[];
  readonly data: readonly number[];
}

test("readVolume() gives pydicom's values for an Enhanced CT: each frame's place and rescaling, every table of parts, one file or two", async () => {
  mkdirSync(join(root, 'frames'));
  const compared = pydicomReference<Compared>('frames', join(root, 'frames'));
  assert.equal(compared.length, 60);
  for (const { folder, spec, files, data } of compared) {
    const volume = await readVolume(folder);
    assert.equal(largestDifference(volume, data), 0, JSON.stringify(spec));
    assert.deepEqual(volume.size, [37, 33, data.length / (37 * 33)]);
    assert.deepEqual(volume.spacingMm, [0.7, 0.8, 1.5]);
    assert.deepEqual(volume.direction, [0, 0, -1, 1, 0, 0, 0, -1, 0]);
    assert.deepEqual(await scanFiles(folder), files, JSON.stringify(spec));
  }
});

function item(mark: number, bytes: string): Buffer {
  const head = Buffer.from([0xfe, 0xff, mark & 255, mark >> 8, bytes.length, 0, 0, 0]);
  return Buffer.concat([head, Buffer.from(bytes, 'latin1')]);
}

const END = item(0xe0dd, '');

function framesOf(
  frames: number,
  parts: readonly string[],
  table = '',
  frameOffsets?: readonly number[],
): string[] {
  const bytes = Buffer.concat([item(0xe000, table), ...parts.map((part) => item(0xe000, part)), END]);
  const pixels = { frames, offset: 0, ...(frameOffsets === undefined ? {} : { frameOffsets }) };
  return compressedFrames(bytes, pixels as unknown as DicomPixels, 'a.dcm').map(String);
}

function words(...numbers: number[]): string {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [i, value] of numbers.entries()) bytes.writeUInt32LE(value, 4 * i);
  return bytes.toString('latin1');
}

test('compressedFrames() gives each frame its parts, by either table or one by one', () => {
  assert.deepEqual(framesOf(1, ['ab', 'cd']), ['abcd']);
  assert.deepEqual(framesOf(2, ['ab', 'cd']), ['ab', 'cd']);
  assert.deepEqual(framesOf(2, ['ab', 'cd', 'ef'], words(0, 20)), ['abcd', 'ef']);
  assert.deepEqual(framesOf(2, ['ab', 'cd', 'ef'], '', [0, 10]), ['ab', 'cdef']);
});

test('compressedFrames() refuses parts that it cannot give to frames, with both numbers and a remedy', () => {
  const refuses = (...[frames, parts, table, offsets]: Parameters<typeof framesOf>) =>
    assert.throws(
      () => framesOf(frames, parts, table, offsets),
      /^InputError: a\.dcm: PixelData \(7FE0,0010\): expected a part of compressed voxels for each of 2 frames, .*; write it again/,
    );
  refuses(2, ['ab', 'cd', 'ef']);
  refuses(2, ['ab']);
  refuses(2, ['ab', 'cd'], words(0, 7));
  refuses(2, ['ab', 'cd'], words(10, 0));
  refuses(2, ['ab', 'cd'], words(0));
  refuses(2, ['ab', 'cd', 'ef'], '', [10, 20]);
});

test('compressedFrames() refuses parts that are cut short, anywhere', () => {
  const bytes = Buffer.concat([item(0xe000, ''), item(0xe000, 'abcd'), END]);
  const pixels = { frames: 1, offset: 0 } as unknown as DicomPixels;
  for (let length = 0; length < bytes.length; length++)
    assert.throws(
      () => compressedFrames(bytes.subarray(0, length), pixels, 'a.dcm'),
      /corrupt or cut short: expected parts up to an end mark, found \d parts/,
    );
  assert.equal(String(compressedFrames(bytes, pixels, 'a.dcm')[0]), 'abcd');
});
