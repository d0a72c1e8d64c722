import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError } from '../../../src/errors.js';
import { readNrrd } from '../../../src/volumes/nrrd/nrrdReader.js';
import {
  hashOfScan,
  readGeometry,
  readHashedVolume,
  readVolume,
  scanFiles,
} from '../../../src/volumes/readVolume.js';
import type { Geometry } from '../../../src/volumes/voxels/volume.js';
import { type NrrdReference, nrrdReferences } from '../nrrdReference.js';

const CASES = 800;
const folder = mkdtempSync(join(tmpdir(), 'voxlab-nrrd-'));
after(() => rmSync(folder, { recursive: true }));

/** The largest difference, relative above 1. */
function difference(geometry: Geometry, { size, spacing, origin, direction }: NrrdReference): number {
  const pairs = [
    [geometry.size, size],
    [geometry.spacingMm, spacing],
    [geometry.originMm, origin],
    [geometry.direction, direction],
  ] as const;
  return Math.max(
    ...pairs.flatMap(([ours, theirs]) =>
      theirs.map((value, i) => Math.abs(ours[i]! - value) / Math.max(1, Math.abs(value))),
    ),
  );
}

test('readHashedVolume() gives the volume of readVolume() and the sha256 over header and data files, in memory that was used before', async () => {
  const memory = new ArrayBuffer(2 ** 16);
  for (const { path, files, drawn } of nrrdReferences(folder, 22, 120)) {
    new Uint8Array(memory).fill(255);
    const { volume, sha256 } = await readHashedVolume(path, {}, () => memory);
    assert.deepEqual(volume, await readNrrd(path), `${path} (${drawn})`);
    assert.deepEqual(await scanFiles(path), files, drawn);
    const hash = createHash('sha256');
    for (const file of files) hash.update(readFileSync(file));
    assert.equal(sha256, hash.digest('hex'), drawn);
    assert.equal(await hashOfScan(path), sha256, drawn);
  }
});

test('readVolume() equals pynrrd, SimpleITK and the standard: type x endian x encoding x files x space x units x skips x axes', async (t) => {
  const references = nrrdReferences(folder, 21, CASES);
  let largest = 0;
  for (const reference of references) {
    const { path, drawn, data } = reference;
    const volume = await readVolume(path).catch((error: unknown) =>
      assert.fail(`${path} (${drawn}): ${error}`),
    );
    const bytes = Buffer.from(data, 'base64');
    const values = new Float64Array(Uint8Array.from(bytes).buffer);
    assert.deepEqual(Float64Array.from(volume.data), values, `${path} (${drawn})`);
    for (const geometry of [volume, await readGeometry(path)]) {
      const off = difference(geometry, reference);
      assert.ok(off < 1e-9, `${path} (${drawn}): ${off}`);
      largest = Math.max(largest, off);
    }
  }
  const by = (name: string): number => references.filter(({ agreed }) => agreed.includes(name)).length;
  assert.ok(by('pynrrd') > CASES / 3 && by('SimpleITK') > CASES / 3);
  t.diagnostic(
    `${CASES} files, ${by('pynrrd')} of them read by pynrrd, ${by('SimpleITK')} by SimpleITK; largest difference ${largest}`,
  );
});

/** Header of a scan of 4 x 3 x 2 int16 = 48 bytes with other lines; files are written beside it. */
function write(
  name: string,
  lines: Record<string, string>,
  { behind = Buffer.alloc(0), files = {} }: { behind?: Buffer; files?: Record<string, Buffer> } = {},
): string {
  const path = join(mkdtempSync(join(folder, 'case-')), name);
  const all = {
    ...{ type: 'short', dimension: '3', sizes: '4 3 2', endian: 'little', encoding: 'raw' },
    ...lines,
  };
  const rows = Object.entries(all).map(([field, value]) => `${field}: ${value}\n`);
  writeFileSync(path, Buffer.concat([Buffer.from(`NRRD0004\n${rows.join('')}\n`), behind]));
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(dirname(path), file)), { recursive: true });
    writeFileSync(join(dirname(path), file), bytes);
  }
  return path;
}

async function refuses(path: string, ...reasons: readonly (string | RegExp)[]): Promise<void> {
  await assert.rejects(readVolume(path), (error) => {
    assert.ok(error instanceof InputError && !error.message.includes('\n'), String(error));
    for (const reason of reasons)
      assert.ok(
        typeof reason === 'string' ? error.message.includes(reason) : reason.test(error.message),
        `${error.message} instead of ${reason}`,
      );
    return true;
  });
}

const raw = Buffer.alloc(48, 7);

test('readVolume() names a data file that is not there with header, line and the file that may be meant', async () => {
  const missing = (name: string, files: Record<string, Buffer> = {}): string =>
    write('scan.nhdr', { 'data file': name }, { files });
  await refuses(
    missing('d.raw', { 'scan.raw': raw }),
    /scan\.nhdr:7: data file: names d\.raw, which is not beside it \(there is scan\.raw\); rename it or change the line$/,
  );
  await refuses(missing('D.RAW', { 'd.raw': raw }), 'there is d.raw');
  await refuses(missing('D:\\scans\\d.raw', { 'd.raw': raw }), 'which is not there (there is d.raw)');
  await refuses(missing('voxels/d.raw', { 'd.raw': raw }), 'which is not there (there is d.raw)');
  await refuses(missing('d.raw', { 'scan.raw.gz': raw }), 'there is scan.raw.gz');
  await refuses(missing('d.raw'), 'which is not beside it; copy it there or change the line');
  const list = missing('LIST', { 'one.raw': raw.subarray(24) });
  writeFileSync(list, readFileSync(list, 'utf8').replace(/\n\n$/, '\none.raw\ntwo.raw\n'));
  await refuses(list, 'scan.nhdr:9: data file: names two.raw');
  await refuses(
    missing('s%d.raw 1 2 1', { 's1.raw': raw.subarray(24) }),
    'scan.nhdr:7: data file: names s2.raw',
  );
  await refuses(missing('.'), 'found a folder');
});

test('readVolume() refuses NRRD voxels that are too few or too many, in every encoding; less than a slice is padding', async () => {
  const file = (encoding: string, bytes: Buffer, lines: Record<string, string> = {}): string =>
    write('scan.nhdr', { encoding, 'data file': 'd.raw', ...lines }, { files: { 'd.raw': bytes } });
  await refuses(
    file('raw', raw.subarray(1)),
    /d\.raw: the voxels are cut short: expected 48 bytes \(4 x 3 x 2 short\), found 47/,
  );
  await refuses(
    file('raw', Buffer.alloc(72)),
    'expected 48 bytes of voxels as sizes and type of scan.nhdr say',
    'found 72',
  );
  assert.equal((await readVolume(file('raw', Buffer.alloc(71, 7)))).data[23], 0x0707);
  await refuses(file('raw', raw, { 'byte skip': '1' }), 'cut short');
  await refuses(file('raw', raw, { 'byte skip': '1000' }), 'cut short');
  await refuses(file('raw', raw.subarray(2), { 'byte skip': '-1' }), 'cut short');
  await refuses(
    file('raw', raw, { 'line skip': '1' }),
    /d\.raw: line skip: expected 1 lines .* found 0; correct/,
  );
  const gzip = gzipSync(raw);
  await refuses(file('gzip', gzip.subarray(0, -4)), 'corrupt or cut short');
  await refuses(file('gzip', raw), 'corrupt or cut short');
  await refuses(file('gzip', gzipSync(raw.subarray(2))), 'expected 48 bytes when unpacked');
  await refuses(file('gzip', gzipSync(Buffer.alloc(72))), 'when unpacked', 'found more');
  assert.equal((await readVolume(file('gz', gzipSync(Buffer.alloc(71, 7))))).data[23], 0x0707);
  await refuses(file('gzip', gzip, { 'byte skip': '1' }), 'cut short');
  const words = (count: number, word = '7'): Buffer => Buffer.from(Array(count).fill(word).join(' '));
  await refuses(file('text', words(23)), 'd.raw: expected 24 voxels as text (4 x 3 x 2 short), found 23');
  await refuses(file('text', words(25)), 'found 25');
  for (const word of ['0x7', '7,', '1.5', '32768', 'nan', '1e400'])
    await refuses(
      file('text', words(24, word)),
      `expected voxels of short as text, received "${word}" as number 1`,
    );
  await refuses(file('text', words(24, '-1'), { type: 'uint64' }), 'received "-1"');
  await refuses(file('text', words(24, '1.5'), { type: 'int64' }), 'received "1.5"');
  await refuses(file('text', words(24, 'x'), { type: 'float' }), 'received "x"');
  const special = await readVolume(
    file('text', Buffer.concat([words(21), Buffer.from(' nan -Inf 1e-3')]), { type: 'float' }),
  );
  assert.deepEqual([...special.data.slice(21)], [Number.NaN, Number.NEGATIVE_INFINITY, Math.fround(1e-3)]);
  await refuses(
    file('hex', Buffer.from('0'.repeat(95))),
    'expected 96 hexadecimal digits of voxels (4 x 3 x 2 short), found 95',
  );
  await refuses(file('hex', Buffer.from('0'.repeat(97))), 'found 97');
  await refuses(file('hex', Buffer.from(`0g${'0'.repeat(94)}`)), 'received "g" as number 2');
});

test('readVolume() never takes the header for voxels', async () => {
  await refuses(
    write('scan.nrrd', { 'byte skip': '-1' }, { behind: raw.subarray(2) }),
    'cut short',
    'found 46',
  );
  assert.equal(
    (await readVolume(write('scan.nrrd', { 'byte skip': '-1' }, { behind: raw }))).data[0],
    0x0707,
  );
});

test('readVolume() refuses a NRRD header that promises 10^12 voxels before it takes memory for them', async () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const encoding of ['raw', 'gzip', 'text', 'hex'])
    await refuses(
      write('scan.nrrd', { sizes: '10000 10000 10000', encoding }, { behind: Buffer.alloc(48, '7') }),
      /cut short|expected \d{13} (voxels|hex)/,
    );
  assert.ok(process.memoryUsage().arrayBuffers < before + 2 ** 24);
  const huge = write('scan.nrrd', { sizes: '10000 10000 10000' });
  assert.deepEqual((await readGeometry(huge)).size, [10000, 10000, 10000]);
});

test('a changed data file is a changed scan', async () => {
  const path = write('scan.nhdr', { 'data file': 'd.raw' }, { files: { 'd.raw': raw } });
  const first = await hashOfScan(path);
  writeFileSync(join(dirname(path), 'd.raw'), Buffer.alloc(48, 8));
  assert.notEqual(await hashOfScan(path), first);
});
