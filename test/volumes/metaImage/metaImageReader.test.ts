import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { InputError } from '../../../src/errors.js';
import { readGeometry, readVolume, scanFiles } from '../../../src/volumes/readVolume.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-metaimage-'));
after(() => rmSync(folder, { recursive: true }));

/** Header of a scan of 4 x 3 x 2 int16 = 48 bytes; its voxels, if any, go into the file beside. */
function write(lines: Record<string, string>, voxels?: Buffer, local?: Buffer): string {
  const path = join(folder, local === undefined ? 'scan.mhd' : 'scan.mha');
  const all = {
    NDims: '3',
    DimSize: '4 3 2',
    ElementType: 'MET_SHORT',
    ...lines,
    ElementDataFile: lines.ElementDataFile ?? (local === undefined ? 'scan.raw' : 'LOCAL'),
  };
  const header = Object.entries(all).map(([key, value]) => `${key} = ${value}\n`);
  writeFileSync(path, Buffer.concat([Buffer.from(header.join('')), local ?? Buffer.alloc(0)]));
  rmSync(join(folder, 'scan.raw'), { force: true });
  if (voxels !== undefined) writeFileSync(join(folder, 'scan.raw'), voxels);
  return path;
}

async function refuses(path: string, reason: RegExp): Promise<void> {
  await assert.rejects(
    readVolume(path),
    (error) => error instanceof InputError && /^[^\n]*$/.test(error.message) && reason.test(error.message),
    String(reason),
  );
}

const raw = Buffer.alloc(48, 7);
const packed = deflateSync(raw);
const compressed = { CompressedData: 'True' };

test('readVolume() refuses MetaImage voxels that are missing, too few or too many, raw and compressed', async () => {
  await refuses(
    write({}),
    /scan\.mhd:4: ElementDataFile: names scan\.raw, which is not beside it; copy it there/,
  );
  await refuses(write({}, raw.subarray(1)), /cut short: expected 48 bytes \(4 x 3 x 2 MET_SHORT\), found 47/);
  await refuses(
    write({}, Buffer.alloc(96)),
    /expected 48 bytes of voxels as DimSize and ElementType of scan\.mhd say .*found 96/,
  );
  await refuses(write({ HeaderSize: '1' }, raw), /cut short/);
  await refuses(write({ HeaderSize: '1000' }, raw), /cut short/);
  await refuses(write({ HeaderSize: '-1' }, raw.subarray(2)), /cut short/);
  await refuses(write({}, undefined, raw.subarray(1)), /scan\.mha: .*cut short/);
  await refuses(write({}, undefined, Buffer.alloc(49)), /scan\.mha: expected 48 bytes/);
  await refuses(
    write(compressed, packed.subarray(0, -3)),
    /corrupt or cut short \(unexpected end of file\), after \d+ bytes unpacked/,
  );
  await refuses(write(compressed, raw), /corrupt or cut short/);
  await refuses(
    write(compressed, deflateSync(raw.subarray(2))),
    /expected 48 bytes when unpacked .*found 46/,
  );
  await refuses(
    write(compressed, deflateSync(Buffer.alloc(49))),
    /expected 48 bytes of voxels when unpacked .*found more/,
  );
  await refuses(write(compressed, deflateSync(Buffer.alloc(1 << 22))), /when unpacked .*found more/);
  await refuses(write({ ElementDataFile: '.' }), /found a folder/);
});

test('readVolume() refuses a CompressedDataSize that is not the number of bytes there', async () => {
  for (const size of [packed.length - 1, packed.length + 1, 1e12])
    await refuses(
      write({ ...compressed, CompressedDataSize: String(size) }, packed),
      new RegExp(
        `expected ${size} bytes of compressed voxels as CompressedDataSize of scan\\.mhd says, found`,
      ),
    );
  const right = { ...compressed, CompressedDataSize: String(packed.length) };
  assert.equal((await readVolume(write(right, packed))).data[0], 0x0707);
  assert.equal((await readVolume(write(right, undefined, packed))).data[23], 0x0707);
});

test('readVolume() refuses a header that promises 10^12 voxels before it takes memory for them', async () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const lines of [{}, compressed])
    await refuses(
      write({ ...lines, DimSize: '10000 10000 10000' }, raw),
      /cut short: expected 2000000000000 bytes/,
    );
  assert.ok(process.memoryUsage().arrayBuffers < before + 2 ** 24);
  assert.deepEqual((await readGeometry(join(folder, 'scan.mhd'))).size, [10000, 10000, 10000]);
});

test('readVolume() refuses a LIST that is too short, names no file, or one that is cut short; patterns and text, too', async () => {
  const list = (...names: string[]): string => {
    const path = write({ ElementDataFile: 'LIST' });
    writeFileSync(path, `${readFileSync(path, 'utf8')}${names.join('\n')}\n`);
    return path;
  };
  writeFileSync(join(folder, 'one.raw'), Buffer.alloc(24, 1));
  writeFileSync(join(folder, 'short.raw'), Buffer.alloc(20));
  assert.equal((await readVolume(list('one.raw', 'one.raw'))).data[23], 0x0101);
  await refuses(
    list(),
    /scan\.mhd:4: ElementDataFile: expected a file for each slice, received an empty LIST/,
  );
  await refuses(list('one.raw'), /expected a file for each of 2 slices, received 1/);
  await refuses(
    list('one.raw', 'two.raw'),
    /scan\.mhd:4: ElementDataFile: names two\.raw, which is not beside it/,
  );
  await refuses(
    list('one.raw', 'short.raw'),
    /short\.raw: the voxels are cut short: expected 24 bytes \(4 x 3 x 1 MET_SHORT\), found 20/,
  );
  for (const [slice, bytes] of [
    [7, 24],
    [9, 24],
    [11, 20],
  ] as const)
    writeFileSync(join(folder, `slice${String(slice).padStart(2, '0')}.raw`), Buffer.alloc(bytes, slice));
  const pattern = (numbers: string): string => write({ ElementDataFile: `slice%02d.raw ${numbers}` });
  const read = (await readVolume(pattern('7 9 2'))).data;
  assert.deepEqual([read[0], read[23]], [0x0707, 0x0909]);
  await refuses(pattern('7 8 1'), /names slice08\.raw, which is not beside it/);
  await refuses(pattern('9 11 2'), /slice11\.raw: the voxels are cut short/);
  await refuses(pattern('7 7 1'), /expected a file for each of 2 slices, received 1/);
  await refuses(pattern('1 999999999 1'), /expected a file for each of 2 slices, received 3/);
  await refuses(
    write({ BinaryData: 'False' }, Buffer.from('1 2 3')),
    /scan\.raw: expected 24 voxels as text .*found 3/,
  );
});

test('scanFiles() names the slices of a LIST and of a pattern, so that a change of one is seen', async () => {
  const names = async (path: string): Promise<string[]> =>
    (await scanFiles(path)).map((file) => basename(file));
  const list = write({ ElementDataFile: 'LIST' });
  writeFileSync(list, `${readFileSync(list, 'utf8')}one.raw\ntwo.raw\n`);
  for (const name of ['one', 'two', 'slice009', 'slice011']) writeFileSync(join(folder, `${name}.raw`), raw);
  assert.deepEqual(await names(list), ['scan.mhd', 'one.raw', 'two.raw']);
  const pattern = write({ ElementDataFile: 'slice%03d.raw 9 11 2' });
  assert.deepEqual(await names(pattern), ['scan.mhd', 'slice009.raw', 'slice011.raw']);
  assert.deepEqual(await names(write({ BinaryData: 'False' }, raw)), ['scan.mhd', 'scan.raw']);
});

test('readVolume() swaps bytes as BinaryDataByteOrderMSB or ElementByteOrderMSB says', async () => {
  const bytes = Buffer.alloc(48);
  bytes.writeInt16BE(-1000, 2);
  for (const key of ['BinaryDataByteOrderMSB', 'ElementByteOrderMSB'])
    for (const [flag, value] of [
      ['True', -1000],
      ['False', bytes.readInt16LE(2)],
    ] as const)
      assert.equal((await readVolume(write({ [key]: flag }, bytes))).data[1], value, `${key} ${flag}`);
});

test('readVolume() names the file that ElementDataFile may mean: other letters, a path of Windows, another ending', async () => {
  for (const name of ['RIGHT.RAW', 'scan.zraw']) writeFileSync(join(folder, name), raw);
  for (const [named, meant] of [
    ['right.raw', 'RIGHT.RAW'],
    ['.\\RIGHT.RAW', 'RIGHT.RAW'],
    ['D:\\luna\\RIGHT.RAW', 'RIGHT.RAW'],
    ['/elsewhere/RIGHT.RAW', 'RIGHT.RAW'],
    ['old.raw', 'scan.zraw'],
  ] as const)
    await refuses(
      write({ ElementDataFile: named }),
      new RegExp(
        `scan\\.mhd:4: ElementDataFile: names .*which is not .*\\(there is ${meant}\\); rename it or change the line`,
      ),
    );
});
