import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { createRandom } from '../../../src/random.js';
import { readVolume, scanFiles } from '../../../src/volumes/readVolume.js';
import { largestDifference, pydicomReference } from '../dicomComparison.js';
import { JPEG_LS, noise, series, type Tags, writeSlices } from '../dicomFixture.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-dicom-voxels-'));
after(() => rmSync(root, { recursive: true, force: true }));

function folderOf(name: string): string {
  mkdirSync(join(root, name));
  return join(root, name);
}

interface Compared {
  readonly folder: string;
  readonly spec: { readonly syntax: string };
  readonly data: readonly number[];
  readonly tolerance: number;
}

let compared: readonly Compared[] = [];

test("readVolume() gives pydicom's values for every syntax, photometric interpretation, number of bits, sign, slope and padding", async () => {
  compared = pydicomReference<Compared>('series', folderOf('series'));
  assert.equal(compared.length, 620);
  for (const { folder, spec, data, tolerance } of compared) {
    const difference = largestDifference(await readVolume(folder), data);
    assert.ok(difference <= tolerance, `${JSON.stringify(spec)}: ${difference}`);
  }
});

test('readVolume() refuses damaged streams in one line or reads them, and reads the next whole ones as ever', async () => {
  const counts = { read: 0, refused: 0 };
  for (const syntax of ['jpeg lossless', 'jpeg extended', 'jpeg-ls', 'jpeg 2000', 'rle']) {
    const whole = compared.filter(({ spec }) => spec.syntax === syntax).slice(0, 6);
    for (let round = 0; round < 20; round++) {
      const random = createRandom(`${syntax} ${round}`);
      const { folder } = whole[round % whole.length]!;
      const [file] = await scanFiles(folder);
      const bytes = readFileSync(file!);
      const damaged = Buffer.from(bytes);
      const voxels = damaged.lastIndexOf(Buffer.from('e07f1000', 'hex')) + 28;
      for (let n = 1 + random.integer(6); n > 0; n--)
        damaged[voxels + random.integer(damaged.length - voxels - 8)] = random.integer(256);
      writeFileSync(file!, damaged);
      await readVolume(folder).then(
        () => counts.read++,
        (error) => {
          assert.ok(error instanceof InputError && !error.message.includes('\n'), String(error));
          assert.ok(error.message.startsWith(file!), error.message);
          counts.refused++;
        },
      );
      writeFileSync(file!, bytes);
    }
    for (const { folder, data, tolerance } of whole)
      assert.ok(largestDifference(await readVolume(folder), data) <= tolerance, syntax);
  }
  assert.equal(counts.read + counts.refused, 100);
  assert.ok(counts.read > 10 && counts.refused > 30, JSON.stringify(counts));
});

test("readVolume() gives pydicom's values for the files of pydicom's own collection", async () => {
  const real = pydicomReference<Omit<Compared, 'spec'> & { readonly name: string; readonly lossy: boolean }>(
    'real',
    folderOf('real'),
  );
  assert.equal(real.length, 17);
  for (const { folder, name, data, lossy } of real) {
    const difference = largestDifference(await readVolume(folder), data);
    assert.ok(difference <= (lossy ? 1 : 0), `${name}: ${difference}`);
  }
});

test('readVolume() takes a padding value for air in a CT alone, and none that no voxel can have', async () => {
  const firstOf = async (name: string, tags: Tags): Promise<number> => {
    const voxels = Buffer.alloc(24, 0xff);
    const all = { '0028,0101': 12, '0028,0102': 11, '0028,0103': 0, '7FE0,0010': voxels, ...tags };
    const slices = series(2, () => all);
    return (await readVolume(writeSlices(folderOf(name), slices))).data[0]!;
  };
  const MR = { '0008,0060': 'MR', '0008,0016': '1.2.840.10008.5.1.4.1.1.4' };
  assert.equal(await firstOf('none', {}), 4095 - 1024);
  assert.equal(await firstOf('ct', { '0028,0120': 4095 }), -1000);
  assert.equal(await firstOf('mr', { '0028,0120': 4095, ...MR }), 4095 - 1024);
  assert.equal(await firstOf('wide', { '0028,0120': 65535 }), 4095 - 1024);
  assert.equal(await firstOf('range', { '0028,0120': 5000, '0028,0121': 4000 }), -1000);
  assert.equal(await firstOf('other range', { '0028,0120': 0, '0028,0121': 4094 }), 4095 - 1024);
  const signed = { '0028,0103': 1, '0028,0120': 65535 };
  assert.equal(await firstOf('signed', signed), -1000);
});

/** Run lengths of a frame: its table of planes, and the planes. */
function planes(count: number, first: number, second: number, rest: Buffer): Buffer {
  const table = Buffer.alloc(64);
  for (const [i, value] of [count, first, second].entries()) table.writeUInt32LE(value, 4 * i);
  return Buffer.concat([table, rest]);
}

const run = Buffer.from([256 - 11, 5]);

const REFUSED: Readonly<Record<string, [Buffer, RegExp]>> = {
  'one plane instead of two': [planes(1, 64, 0, run), /expected 2 planes of bytes, found 1/],
  'a table that is cut short': [Buffer.alloc(20), /expected 2 planes of bytes, found 0/],
  'a plane that is cut short': [
    planes(2, 64, 66, Buffer.concat([run, Buffer.from([256 - 3, 5])])),
    /expected 12 bytes of plane 2, found 4/,
  ],
  'a plane behind the end': [planes(2, 64, 900, run), /expected 12 bytes of plane 1, found 0/],
  'a plane in the table': [planes(2, 2, 64, run), /expected 12 bytes of plane 1, found 0/],
  'literal bytes that end early': [planes(2, 64, 66, Buffer.from([11, 1, 11, 1])), /of plane 1, found 1/],
};

for (const [name, [frame, reason]] of Object.entries(REFUSED))
  test(`readVolume() refuses run lengths with ${name}, in one line`, async () => {
    const slices = series(2, () => ({ '7FE0,0010': frame }));
    await assert.rejects(
      readVolume(writeSlices(folderOf(name), slices, 'packed rle')),
      (error) =>
        error instanceof InputError &&
        /0\.dcm: the run lengths are corrupt or cut short: .*; copy the file again$/.test(error.message) &&
        reason.test(error.message),
    );
  });

test('readVolume() refuses compressed voxels of another size than the header says, without an end, and those that are none', async () => {
  const junk = series(2, () => ({ '7FE0,0010': noise('junk', 40) }));
  for (const syntax of ['jpeg-ls', 'jpeg 2000'] as const)
    await assert.rejects(
      readVolume(writeSlices(folderOf(`junk ${syntax}`), junk, syntax)),
      /0\.dcm: the compressed voxels are corrupt or cut short: expected a JPEG stream .*; copy the file again/,
    );
  const stream = Buffer.from(JPEG_LS[0]!.stream, 'base64');
  const withTags = (name: string, tags: Tags) =>
    readVolume(
      writeSlices(
        folderOf(name),
        series(2, () => ({ '7FE0,0010': stream, ...tags })),
        'jpeg-ls',
      ),
    );
  assert.equal((await withTags('right', {})).data[0], JPEG_LS[0]!.stored[0]! - 1024);
  const sizes = [
    [4, 3],
    [3, 5],
    [2, 4],
    [300, 300],
  ];
  for (const [rows, columns] of sizes)
    await assert.rejects(
      withTags(`${rows} x ${columns}`, { '0028,0010': rows, '0028,0011': columns }),
      /0\.dcm: expected compressed voxels as the header says, \d+ x \d+ of .*, received a stream of 4 x 3, 1 and 16 bits; copy/,
      `${rows} x ${columns}`,
    );
  await assert.rejects(
    withTags('cut', { '7FE0,0010': stream.subarray(0, stream.length - 4) }),
    /0\.dcm: the compressed voxels are corrupt or cut short: expected a JPEG stream with a header and an end mark \(FFD9\), found none; copy/,
  );
});
