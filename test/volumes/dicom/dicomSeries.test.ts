import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { parseDicomHeader } from '../../../src/volumes/dicom/dicomHeader.js';
import { arrangeDicomSeries, type DicomSeries } from '../../../src/volumes/dicom/dicomSeries.js';
import { voxelToWorld } from '../../../src/volumes/voxels/geometry.js';
import { dicomBytes, series, type Tags } from '../dicomFixture.js';

function arrange(slices: Readonly<Record<string, Tags>>): DicomSeries {
  return arrangeDicomSeries(
    Object.entries(slices).map(([name, tags]) => parseDicomHeader(dicomBytes(tags), `s/${name}`)![0]!),
    'scans/s',
  );
}

const at =
  (...positions: readonly string[]) =>
  (i: number): Tags => ({ '0020,0032': positions[i]! });
/** Tags that slice 1 has in place of those of the others. */
const second =
  (tags: Tags) =>
  (i: number): Tags =>
    i === 1 ? tags : {};

test('arrangeDicomSeries() orders by position along the normal, whatever names and instance numbers say', () => {
  const zs = [-295, -300, -290, -297.5, -292.5];
  const { slices, geometry } = arrange(
    series(5, (i) => ({ '0020,0032': `1\\2\\${zs[i]}`, '0020,0013': `${i}` })),
  );
  assert.deepEqual(
    slices.map(({ positionMm }) => positionMm[2]),
    [-300, -297.5, -295, -292.5, -290],
  );
  assert.deepEqual(geometry.spacingMm, [0.7, 0.8, 2.5]);
  assert.deepEqual(geometry.originMm, [1, 2, -300]);
  assert.deepEqual(geometry.direction, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
});

test('arrangeDicomSeries() puts each slice where its own header says, for a turned and flipped series', () => {
  const turned = series(4, (i) => ({
    '0020,0037': '0\\-0.6\\0.8\\-1\\0\\0',
    '0020,0032': `${5}\\${-0.8 * 1.5 * i}\\${-0.6 * 1.5 * i}`,
  }));
  const { slices, geometry } = arrange(turned);
  for (const [z, { positionMm }] of slices.entries())
    for (const [k, value] of voxelToWorld(geometry, [0, 0, z]).entries())
      assert.ok(Math.abs(value - positionMm[k]!) < 1e-9);
});

const REFUSED: Readonly<Record<string, [Record<string, Tags>, RegExp]>> = {
  'a missing slice': [
    series(5, at('1\\2\\0', '1\\2\\2', '1\\2\\4', '1\\2\\8', '1\\2\\10')),
    /expected slices 2 mm apart, received 4 mm between the positions 4 mm and 8 mm .*\(2\.dcm and 3\.dcm\): 1 slice is missing; copy/,
  ],
  'three missing slices': [series(4, at('0\\0\\0', '0\\0\\1', '0\\0\\2', '0\\0\\6')), /3 slices are missing/],
  'an uneven gap': [
    series(4, at('0\\0\\0', '0\\0\\2', '0\\0\\4', '0\\0\\6.13')),
    /expected slices 2 mm apart, received 2\.13 mm between the positions 4 mm and 6\.13 mm[^:]*; copy/,
  ],
  'a spacing that changes': [
    series(7, at(...[0, 1.2, 2.4, 3.6, 4.9, 6.2, 7.5].map((z) => `0\\0\\${z}`))),
    /expected slices 1\.25 mm apart, received one at .* should lie at .*: the spacing changes within the series; resample .* with --resample-slices/,
  ],
  'a position twice': [
    series(3, at('1\\2\\0', '1\\2\\2', '1\\2\\2')),
    /expected one slice at each position, found two at 2 mm .*1\.dcm and 2\.dcm; remove one/,
  ],
  'three times, by TemporalPositionIdentifier': [
    series(12, (i) => ({ '0020,0032': `1\\2\\${Math.floor(i / 3)}`, '0020,0100': `${1 + (i % 3)}` })),
    /one volume, received 3 images at each of 4 positions: a 4D series \(TemporalPosition\S+ 0020,0100 .* differs\); keep/,
  ],
  'two runs of the scanner, by AcquisitionNumber': [
    series(6, (i) => ({ '0020,0032': `1\\2\\${i % 3}`, '0020,0012': `${1 + Math.floor(i / 3)}` })),
    /received 2 images at each of 3 positions: a 4D series \(AcquisitionNumber 0020,0012 differs\); keep/,
  ],
  'two runs of the scanner, the second half a gap behind': [
    series(6, (i) => ({ '0020,0032': `1\\2\\${i}`, '0020,0012': `${1 + (i % 2)}` })),
    /expected slices of one scan, received such of 2, .*AcquisitionNumber 0020,0012: 1 \(3 slices\), 2 \(3 slices\); 0\.dcm and 1\.dcm\); keep/,
  ],
  'every slice twice': [
    series(6, (i) => ({ '0020,0032': `1\\2\\${i % 3}` })),
    /received 2 images at each of 3 positions: a 4D series whose times no number tells apart, or copies .*; keep/,
  ],
  'two times, but not everywhere': [
    series(5, (i) => ({ '0020,0032': `1\\2\\${i % 3}`, '0020,0012': `${1 + Math.floor(i / 3)}` })),
    /expected one slice at each position, found two at 0 mm/,
  ],
  'gaps of a metre': [
    series(3, at('0\\0\\0', '0\\0\\1000', '0\\0\\2000')),
    /PixelSpacing \(0028,0030\) and the gap .*expected a spacing of 0\.05 to 20 mm, received 0\.7 x 0\.8 x 1000 mm/,
  ],
  'pixels of a micrometre': [
    series(3, () => ({ '0028,0030': '0.0007\\0.0007' })),
    /PixelSpacing .*expected a spacing of 0\.05 to 20 mm, received 0\.0007 x 0\.0007 x 2\.5 mm/,
  ],
  'a tilted gantry': [
    series(3, at('0\\0\\0', '0\\0.5\\2', '0\\1\\4')),
    /shift sideways of 0\.5 mm within 2 mm \(0\.dcm and 1\.dcm\): the gantry was tilted by 14\.0 degrees.*resample .* with --resample-slices/,
  ],
  'a slice beside the others': [series(3, at('0\\0\\0', '7\\0\\2', '0\\0\\4')), /shift sideways of 7 mm/],
  'two sizes': [
    series(3, second({ '0028,0010': 4, '0028,0011': 3 })),
    /slices of one size, received 4 x 3 voxels \(0\.dcm\) and 3 x 4 voxels \(1\.dcm\)/,
  ],
  'two spacings': [
    series(3, second({ '0028,0030': '0.8\\0.74' })),
    /one spacing \(PixelSpacing\), received 0\.7 x 0\.8 mm \(0\.dcm\) and 0\.74 x 0\.8 mm \(1\.dcm\); they put .* 0\.12 mm apart, more than 0\.1 mm: write one/,
  ],
  'two orientations': [
    series(3, second({ '0020,0037': '1\\0\\0\\0\\0\\1' })),
    /one orientation \(ImageOrientationPatient\), received 1, 0, 0, 0, 1, 0 \(0\.dcm\) and 1, 0, 0, 0, 0, 1/,
  ],
  'two series': [
    series(3, second({ '0020,000E': '1.2.3' })),
    /one series \(SeriesInstanceUID\), received 1\.2\.826\S+ \(0\.dcm\) and 1\.2\.3 \(1\.dcm\); give each/,
  ],
  'one slice': [series(1), /found one alone, which has no spacing along z; copy the whole series/],
  'no slice': [{}, /expected the slices of a DICOM series, found none/],
};

for (const [name, [slices, reason]] of Object.entries(REFUSED))
  test(`arrangeDicomSeries() refuses ${name}, with folder, values and remedy in one line`, () => {
    assert.throws(
      () => arrange(slices),
      (error) =>
        error instanceof InputError &&
        error.message.startsWith('scans/s: ') &&
        /expected /.test(error.message) &&
        !error.message.includes('\n') &&
        reason.test(error.message),
    );
  });

test('arrangeDicomSeries() takes positions that are rounded to 0.1 mm, and a rescale of each slice', () => {
  const { geometry } = arrange(series(4, at('0\\0\\0', '0\\0\\2.019', '0\\0\\4', '0\\0\\6')));
  assert.equal(geometry.spacingMm[2], 2);
  const rounded = Array.from({ length: 9 }, (_, i) => `0\\0\\${(1.25 * i).toFixed(1)}`);
  assert.ok(Math.abs(arrange(series(9, at(...rounded))).geometry.spacingMm[2] - 1.25) < 0.01);
  arrange(series(3, second({ '0028,1053': '2', '0028,1052': '5' })));
  for (const spacing of [0.33, 0.625, 0.75, 0.833, 1.25])
    for (let start = 0; start < 10; start++) {
      const places = Array.from({ length: 40 }, (_, i) => (-100 + 0.037 * start + spacing * i).toFixed(1));
      const { spacingMm } = arrange(series(40, at(...places.map((z) => `0\\0\\${z}`)))).geometry;
      assert.ok(Math.abs(spacingMm[2] - spacing) < 0.1 / 39 + 1e-9, `${spacing} from ${places[0]}`);
    }
});

test('arrangeDicomSeries() takes slices of which each turn of the gantry has a number of its own', () => {
  for (const rows of [1, 2, 4]) {
    const { geometry } = arrange(
      series(8, (i) => ({ '0020,0032': `1\\2\\${i}`, '0020,0012': `${1 + Math.floor(i / rows)}` })),
    );
    assert.deepEqual(geometry.size, [4, 3, 8]);
  }
});

test('arrangeDicomSeries() refuses a series in which some slices have an intercept and some have none', () => {
  assert.throws(
    () => arrange(series(3, second({ '0028,1052': undefined }))),
    /scans\/s: expected slices of one scale \(RescaleIntercept\), received one with an intercept .* and one without .*copy the series again/,
  );
});

/** Tags of slice i of a series of 512 x 512 voxels, whose corner is 511 voxels away. */
const wide = (tags: Tags) => ({
  '0028,0010': 512,
  '0028,0011': 512,
  '7FE0,0010': Buffer.alloc(2 * 512 * 512),
  ...tags,
});

test('arrangeDicomSeries() takes spacings and orientations that put the far corner up to 0.1 mm away, and says how far', () => {
  const spaced = (mm: number) => series(3, (i) => wide(i === 1 ? { '0028,0030': `0.8\\${0.7 + mm}` } : {}));
  arrange(spaced(0.0001));
  assert.throws(() => arrange(spaced(0.0003)), /one spacing .*apart, more than 0\.1 mm: write one value/);
  const turned = (radians: number) =>
    series(3, (i) => wide(i === 1 ? { '0020,0037': `1\\${radians}\\0\\${-radians}\\1\\0` } : {}));
  arrange(turned(1e-4));
  assert.throws(
    () => arrange(turned(2e-4)),
    /one orientation .*\(0\.dcm\) and 1, 0\.0002, .*\(1\.dcm\); they put the voxel at the far corner 0\.1533 mm apart, more than 0\.1 mm/,
  );
  const far = series(3, (i) => wide(i === 1 ? { '0020,0037': '0.8\\0.6\\0\\-0.6\\0.8\\0' } : {}));
  assert.throws(() => arrange(far), /484\.7772 mm apart, more than 0\.1 mm: keep the slices of one/);
});

test('arrangeDicomSeries() with `resample` takes tilted and uneven slices, but none that would make mostly gaps', () => {
  const uneven = series(4, at('0\\0\\0', '0\\1\\2', '0\\2\\4', '0\\4\\8'));
  assert.throws(() => arrange(uneven), /shift sideways/);
  const slices = Object.entries(uneven).map(([name, tags]) => parseDicomHeader(dicomBytes(tags), name)![0]!);
  const { geometry, grid } = arrangeDicomSeries(slices, 's', { resample: true });
  assert.deepEqual(geometry, {
    size: [4, 8, 5],
    spacingMm: [0.7, 0.8, 2],
    originMm: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  });
  assert.deepEqual(grid!.done, {
    tiltDegrees: 26.5651,
    gapsMm: [2, 4],
    spacingMm: 2,
    slicesBefore: 4,
    slicesAfter: 5,
  });
  const far = series(4, at('0\\0\\0', '0\\0\\2', '0\\0\\4', '0\\0\\900'));
  const apart = Object.entries(far).map(([name, tags]) => parseDicomHeader(dicomBytes(tags), name)![0]!);
  assert.throws(
    () => arrangeDicomSeries(apart, 's', { resample: true }),
    /at most 4 times as many voxels .* 113 times as many \(expected slices 2 mm apart, received 896 mm .*; keep/,
  );
});
