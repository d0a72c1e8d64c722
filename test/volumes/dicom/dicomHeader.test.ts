import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { createRandom, type Random } from '../../../src/random.js';
import { parseDicomHeader } from '../../../src/volumes/dicom/dicomHeader.js';
import { findDicomSeries } from '../../../src/volumes/dicom/dicomSearch.js';
import { readVolume } from '../../../src/volumes/readVolume.js';
import {
  dicomBytes,
  noise,
  SECRETS,
  SERIES_UID,
  type Syntax,
  series,
  sliceTags,
  type Tags,
} from '../dicomFixture.js';

const VOXELS = noise('header');
const bytesOf = (tags: Tags, syntax?: Syntax): Buffer => dicomBytes(sliceTags(5, VOXELS, tags), syntax);

test('parseDicomHeader() reads the same fields in every syntax, and nothing of the patient', () => {
  const read = (['explicit', 'implicit', 'big endian', 'rle'] as const).map(
    (syntax) => parseDicomHeader(bytesOf({}, syntax), 'a.dcm')![0]!,
  );
  for (const slice of read) {
    const { pixels, ...fields } = slice;
    assert.deepEqual(fields, {
      file: 'a.dcm',
      frame: 0,
      seriesUid: SERIES_UID,
      spacingMm: [0.7, 0.8],
      positionMm: [-120.25, 33, 5],
      rowDirection: [1, 0, 0],
      columnDirection: [0, 1, 0],
      slope: 1,
      intercept: -1024,
      hasIntercept: true,
    });
    assert.deepEqual(
      [pixels.columns, pixels.rows, pixels.frames, pixels.bytes, pixels.bitsStored, pixels.signed],
      [4, 3, 1, 2, 16, true],
    );
    for (const secret of SECRETS) assert.ok(!JSON.stringify(slice).includes(secret));
  }
  assert.deepEqual(
    read.map(({ pixels }) => pixels.encoding),
    ['little endian', 'little endian', 'big endian', 'run lengths'],
  );
});

test('parseDicomHeader() asks for more where the voxels begin behind the bytes given', () => {
  const whole = bytesOf({});
  for (let length = 240; length < whole.length - VOXELS.length; length += 3)
    assert.equal(parseDicomHeader(whole.subarray(0, length), 'a.dcm'), undefined, String(length));
});

const REFUSED: Readonly<Record<string, [Tags, RegExp, Syntax?]>> = {
  'many frames': [
    { '0028,0008': '7', '7FE0,0010': noise('frames', 84) },
    /expected a group of fields for each frame \(Per.*5200,9230.*received 0 for 7 frames; split/,
  ],
  colours: [{ '0028,0002': 3 }, /1 channel \(MONOCHROME2\), received 3 channels/],
  'a palette': [{ '0028,0004': 'PALETTE COLOR' }, /received 1 channel of colours/],
  'no position': [
    { '0020,0032': undefined },
    /ImagePositionPatient \(0020,0032\): expected 3 numbers, received nothing/,
  ],
  'a position that is text': [{ '0020,0032': 'DOE\\X\\5' }, /received 3 values, 1 of them numbers/],
  'no orientation': [{ '0020,0037': undefined }, /ImageOrientationPatient .* expected 6 numbers/],
  'axes askew': [{ '0020,0037': '1\\0\\0\\0.5\\0.5\\0' }, /expected two unit vectors at right angles/],
  'no spacing': [{ '0028,0030': undefined }, /PixelSpacing \(0028,0030\): expected 2 numbers/],
  'a spacing of 0': [{ '0028,0030': '0\\0.7' }, /expected two numbers above 0 mm, received 0, 0\.7/],
  'no rows': [{ '0028,0010': undefined }, /Rows \(0028,0010\): expected a whole number above 0/],
  'no columns': [{ '0028,0011': 0 }, /Columns \(0028,0011\): expected a whole number above 0/],
  '32 bits': [{ '0028,0100': 32, '0028,0101': 32, '0028,0102': 31 }, /8 or 16 bits.*BitsAllocated 32/],
  'bits that lie high': [{ '0028,0101': 12, '0028,0102': 15 }, /BitsStored 12, HighBit 15/],
  'a slope of 0': [{ '0028,1053': '0' }, /expected a slope other than 0/],
  'a slope beyond reason': [{ '0028,1053': '1e30' }, /values that fit 32 bits, received 1e\+30/],
  'a slope that is text': [{ '0028,1053': 'DOE' }, /RescaleSlope \(0028,1053\): expected 1 number/],
  'values by a table': [{ '0028,1053': undefined, '0028,3000': Buffer.alloc(0) }, /received a table/],
  'too few voxels': [
    { '7FE0,0010': VOXELS.subarray(0, 20) },
    /PixelData \(7FE0,0010\): expected 24 bytes \(4 x 3 voxels of 16 bits\), received 20/,
  ],
  'a frame too many': [
    { '7FE0,0010': Buffer.alloc(48) },
    /PixelData \(7FE0,0010\): expected 24 bytes \(4 x 3 voxels of 16 bits\), received 48/,
  ],
  'compressed voxels that are not in parts': [
    { '7FE0,0010': VOXELS },
    /PixelData \(7FE0,0010\): expected compressed voxels in parts, of unknown length, received 24/,
    'jpeg-ls as native',
  ],
  'a number of frames that is none': [
    { '0028,0008': '1.5' },
    /NumberOfFrames \(0028,0008\): expected a whole number above 0, received 1\.5/,
  ],
  'a uid that is text': [
    { '0020,000E': 'DOE^SECRET' },
    /SeriesInstanceUID .*expected digits and dots, received 10/,
  ],
};

for (const [name, [tags, reason, syntax]] of Object.entries(REFUSED))
  test(`parseDicomHeader() refuses ${name}`, () => {
    assert.throws(
      () => parseDicomHeader(bytesOf(tags, syntax), 'a.dcm'),
      (error) =>
        error instanceof InputError &&
        error.message.startsWith('a.dcm: ') &&
        reason.test(error.message) &&
        // Every refusal says what to do.
        /; (copy|convert|split) /.test(error.message) &&
        !/DOE|SECRET/.test(error.message),
    );
  });

test('parseDicomHeader() takes some padding behind the voxels', () => {
  for (const excess of [2, 8, 22])
    assert.ok(
      parseDicomHeader(bytesOf({ '7FE0,0010': Buffer.concat([VOXELS, Buffer.alloc(excess)]) }), 'a.dcm'),
    );
});

test('parseDicomHeader() reads implicit elements in a file that says explicit, and the other way round', () => {
  const [explicit, implicit] = [bytesOf({}, 'explicit'), bytesOf({}, 'implicit')];
  const end = (bytes: Buffer): number => 144 + bytes.readUInt32LE(140);
  for (const [said, meant] of [
    [explicit, implicit],
    [implicit, explicit],
  ] as const) {
    const bytes = Buffer.concat([said.subarray(0, end(said)), meant.subarray(end(meant))]);
    assert.deepEqual(parseDicomHeader(bytes, 'a.dcm')![0]!.positionMm, [-120.25, 33, 5]);
  }
});

test('parseDicomHeader() reads a deflated data set, and refuses one that is corrupt or cut short', () => {
  const whole = bytesOf({}, 'deflated');
  assert.deepEqual(parseDicomHeader(whole, 'a.dcm')![0]!.positionMm, [-120.25, 33, 5]);
  const damaged = Buffer.from(whole);
  // A block of a type that does not exist, behind the meta group.
  damaged[144 + damaged.readUInt32LE(140)] = 7;
  assert.throws(
    () => parseDicomHeader(damaged, 'a.dcm'),
    /^InputError: a\.dcm: the deflated data set is corrupt, or has more than 67108864 bytes; copy/,
  );
  // Voxels of noise are not packed: the last bytes are theirs.
  const cut = whole.subarray(0, whole.length - 9);
  assert.throws(
    () => parseDicomHeader(cut, 'a.dcm'),
    /^InputError: a\.dcm: the file is cut short: expected 24 bytes of voxels, found \d+ when unpacked; copy it again/,
  );
});

test('parseDicomHeader() keeps what tells images at one position apart, where it is a number', () => {
  const sliceOf = (tags: Tags) => parseDicomHeader(bytesOf(tags), 'a.dcm')![0]!;
  const told = sliceOf({ '0020,0100': '3 ', '0020,0012': '7' });
  assert.deepEqual([told.temporalPosition, told.acquisition], [3, 7]);
  const { temporalPosition, acquisition } = sliceOf({ '0020,0100': 'DOE', '0020,0012': '' });
  assert.deepEqual([temporalPosition, acquisition], [undefined, undefined]);
});

test('parseDicomHeader() refuses what is no DICOM, and syntaxes that no reader knows', () => {
  assert.throws(() => parseDicomHeader(Buffer.from('junk '.repeat(99)), 'a.dcm'), /mark DICM at byte 128/);
  assert.throws(() => parseDicomHeader(Buffer.alloc(0), 'a.dcm'), /mark DICM at byte 128/);
  const mpeg = Buffer.from(bytesOf({}).toString('latin1').replace('10008.1.2.1', '10008.1.2.9'), 'latin1');
  assert.throws(
    () => parseDicomHeader(mpeg, 'a.dcm'),
    /received transfer syntax 1\.2\.840\.10008\.1\.2\.9; convert/,
  );
});

for (const [syntax, rounds] of [
  ['explicit', 100],
  ['implicit', 60],
  ['big endian', 20],
  ['rle', 40],
] as const)
  test(`${rounds} seeded corruptions of a header (${syntax}) give one line or a volume of the right size`, async (t) => {
    const folder = folderOf(t);
    const files = Object.entries(series(3)).map(([name, tags]): [string, Buffer] => [
      join(folder, name),
      dicomBytes(tags, syntax),
    ]);
    for (let round = 0; round < rounds; round++) {
      const random = createRandom(`${syntax} ${round}`);
      const damaged = random.integer(3);
      for (const [i, [file, bytes]] of files.entries())
        writeFileSync(file, i === damaged ? corrupted(bytes, random) : bytes);
      const started = performance.now();
      try {
        for (const { folder: found } of findDicomSeries(folder).series) assert.equal(found, folder);
        const { size, data } = await readVolume(folder);
        assert.deepEqual([size, data.length], [[4, 3, 3], 36]);
        assert.ok(data.every((value: number) => Number.isFinite(value)));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        assert.ok(!error.message.includes('\n'), error.message);
        for (const secret of SECRETS) assert.ok(!error.message.includes(secret), error.message);
      }
      assert.ok(performance.now() - started < 5000, `round ${round} took too long`);
    }
  });

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-dicom-header-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A few bytes overwritten, taken out or put in, anywhere before the voxels' own bytes. */
function corrupted(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let n = 1 + random.integer(4); n > 0; n--) {
    const at = random.integer(result.length - 24);
    const some = Buffer.from(Array.from({ length: 1 + random.integer(4) }, () => random.integer(256)));
    const skip = [some.length, 0, 2 * some.length][random.integer(3)]!;
    result = Buffer.concat([result.subarray(0, at), some, result.subarray(at + skip)]);
  }
  return result;
}
