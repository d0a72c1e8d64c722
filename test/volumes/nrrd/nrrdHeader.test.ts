import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { type NrrdHeader, parseNrrdHeader } from '../../../src/volumes/nrrd/nrrdHeader.js';

const LINES = {
  type: 'short',
  dimension: '3',
  sizes: '4 5 6',
  endian: 'little',
  encoding: 'raw',
} as const;

/** Fields are lines 2, 3, ... in their order; '' leaves one out. */
function bytes(lines: Record<string, string> = {}, below = ''): Buffer {
  const rows = Object.entries<string>({ ...LINES, ...lines }).filter(([, value]) => value !== '');
  return Buffer.from(`NRRD0005\n${rows.map(([field, value]) => `${field}: ${value}\n`).join('')}${below}\n`);
}

const parse = (lines: Record<string, string> = {}, below = ''): NrrdHeader =>
  parseNrrdHeader(bytes(lines, below), 'a.nrrd');

function refuses(start: Buffer | Record<string, string>, reason: RegExp): void {
  assert.throws(
    () => parseNrrdHeader(Buffer.isBuffer(start) ? start : bytes(start), 'a.nrrd'),
    (error) => error instanceof InputError && !error.message.includes('\n') && reason.test(error.message),
    String(reason),
  );
}

const DIRECTIONS = '(0.7,0,0) (0,0.8,0) (0,0,2)';
const inSpace = { space: 'LPS', 'space directions': DIRECTIONS, 'space origin': '(1,2,3)' };

test('parseNrrdHeader() flips the axes of the world to LPS by the name of the space', () => {
  const axes = { R: [-1, 1, 1], A: [1, -1, 1] };
  for (const [space, x, y] of [
    ['RAS', axes.R[0], axes.A[1]],
    ['left-anterior-superior', 1, -1],
    ['Left Posterior Superior', 1, 1],
    ['scanner-xyz', 1, 1],
    ['3D-left-handed', 1, 1],
  ] as const) {
    const { geometry } = parse({ ...inSpace, space });
    assert.deepEqual(geometry, {
      size: [4, 5, 6],
      spacingMm: [0.7, 0.8, 2],
      originMm: [1 * x!, 2 * y!, 3],
      direction: [x, 0, 0, 0, y, 0, 0, 0, 1],
    });
  }
});

test('parseNrrdHeader() reads space units exactly, per axis of the world', () => {
  const { geometry } = parse({
    ...inSpace,
    'space directions': '(700,0,0) (0,0.08,0) (0,0,0.002)',
    'space units': '"microns" "cm" "m"',
  });
  assert.deepEqual(geometry.spacingMm, [0.7, 0.8, 2]);
  assert.deepEqual(geometry.originMm, [0.001, 20, 3000]);
});

test('parseNrrdHeader() says types, encodings, skips and where the voxels begin', () => {
  const header = parse({ type: 'Unsigned  Short', endian: 'BIG', 'line skip': '2', 'byte skip': '-1' });
  assert.deepEqual(
    [header.voxelType, header.typeName, header.bigEndian, header.lineSkip, header.byteSkip],
    ['uint16', 'Unsigned Short', true, 2, -1],
  );
  assert.equal(
    header.headerBytes,
    bytes({ type: 'Unsigned  Short', endian: 'BIG', 'line skip': '2', 'byte skip': '-1' }).length,
  );
  assert.equal(parse({ type: 'uchar', endian: '' }).bigEndian, false);
  assert.equal(parse({ encoding: 'txt', endian: '' }).encoding, 'text');
});

test('parseNrrdHeader() names the files of a list and of a pattern with the part that each holds', () => {
  const parts = (dataFile: string, below = ''): unknown[] =>
    parse({ 'data file': dataFile }, below).parts.map(({ name, size }) => [name?.text, size.join(' ')]);
  assert.deepEqual(parts('a b.raw'), [['a b.raw', '4 5 6']]);
  assert.deepEqual(parts('LOCAL'), [[undefined, '4 5 6']]);
  assert.deepEqual(parts('LIST 3', 'a.raw\nb c.raw\n'), [
    ['a.raw', '4 5 3'],
    ['b c.raw', '4 5 3'],
  ]);
  assert.deepEqual(
    parts('s %03d.raw 7 -3 -2').map((part) => (part as string[])[0]),
    ['s 007.raw', 's 005.raw', 's 003.raw', 's 001.raw', 's -01.raw', 's -03.raw'],
  );
  assert.equal(parts('%d.raw 1 30 1 1').length, 30);
  refuses(
    { 'data file': 'LIST' },
    /:7: data file: expected a file for each of 6 pieces .* received 0; name each/,
  );
  refuses({ 'data file': 'LIST 5' }, /:7: data file: expected files of 1 to 3 dimensions/);
  refuses({ 'data file': 'LIST x' }, /:7: data file: expected LIST/);
  refuses({ 'data file': 's%d.raw 1 4 1 3' }, /expected files that share 6 slices evenly .*received 4/);
  refuses(
    { 'data file': 's%d.raw 1 7 1' },
    /expected a file for each of 6 pieces of 2 dimensions .*received 7/,
  );
  refuses({ 'data file': 's%d.raw 1 999999999999 1' }, /received 999999999999/);
  refuses({ 'data file': 's%d.raw 1 6 0' }, /:7: data file: expected a step/);
  refuses({ 'data file': 's%d.raw 6 1 1' }, /:7: data file: expected a step/);
  refuses(
    { 'data file': 's%d.raw' },
    /:7: data file: expected a pattern with its first.*write it as slice%03d/,
  );
  refuses(
    Buffer.from(bytes().subarray(0, -1)),
    /a\.nrrd: data file: expected the name of the file .* no such line/,
  );
});

test('parseNrrdHeader() drops a fourth axis of size 1, wherever it is, by direction or kind', () => {
  const four = { dimension: '4', sizes: '1 4 5 6' };
  const kept = (lines: Record<string, string>): string =>
    parse({ ...four, ...lines }).geometry.size.join(' ');
  assert.equal(kept({}), '4 5 6');
  assert.equal(kept({ spacings: 'nan 0.7 0.8 2', kinds: 'list domain domain domain' }), '4 5 6');
  assert.equal(kept({ space: 'LPS', 'space directions': `none ${DIRECTIONS}` }), '4 5 6');
  assert.equal(kept({ sizes: '4 1 5 1', kinds: 'domain domain domain time' }), '4 1 5');
  refuses({ ...four, sizes: '4 1 5 1' }, /:4: sizes: expected one axis of size 1 .*mark the one/);
  refuses(
    { ...four, sizes: '3 4 5 6', kinds: 'RGB-color domain domain domain' },
    /:4: sizes: .*received "3 4 5 6"; 4 axes of kinds RGB-color domain domain domain: save one volume/,
  );
  refuses(
    { ...four, sizes: '4 5 6 1', kinds: 'list domain domain domain' },
    /:7: kinds: expected three axes .*received list domain domain domain with sizes 4 5 6 1/,
  );
  refuses(
    { kinds: 'RGB-color domain domain' },
    /:7: kinds: .*received RGB-color domain domain with sizes 4 5 6; save one/,
  );
  refuses({ kinds: 'domain domain' }, /:7: kinds: expected 3 values/);
  for (const dimension of ['2', '5', '1e0', 'nan', ''])
    refuses({ dimension }, /dimension: expected a scan of 3 dimensions/);
});

test('parseNrrdHeader() reads the origin that axis mins and centerings say, and directions whatever the centering', () => {
  const lines = { spacings: '0.5 -1 2', 'axis mins': '10 20 30' };
  assert.deepEqual(parse(lines).geometry.originMm, [10.25, 19.5, 31]);
  assert.deepEqual(parse({ ...lines, centers: 'node cell node' }).geometry.originMm, [10, 19.5, 30]);
  assert.deepEqual(parse(lines).geometry.direction, [1, 0, 0, 0, -1, 0, 0, 0, 1]);
  for (const centerings of ['cell cell cell', 'node node node'])
    assert.deepEqual(parse({ ...inSpace, centerings }).geometry.originMm, [1, 2, 3]);
  refuses({ ...lines, centerings: 'cell cell corner' }, /:9: centerings: expected cell or node/);
  refuses({ 'axis mins': '1 2 3' }, /spacings: expected numbers beside axis mins.*add the line/);
  refuses({ 'axis maxs': '1 2 3' }, /spacings: expected numbers beside axis maxs.*add the line/);
  refuses({ ...inSpace, 'axis mins': '1 2 3' }, /:10: axis mins: .*remove it/);
});

test('parseNrrdHeader() refuses geometry that is not finite, flat, of no direction, or said twice, by field and line', () => {
  const directions = (text: string): Record<string, string> => ({ ...inSpace, 'space directions': text });
  for (const bad of ['nan', 'inf', '-Inf', '1e999', '0x1', 'a'])
    refuses(
      directions(`(${bad},0,0) (0,1,0) (0,0,1)`),
      /:8: space directions: expected vectors of finite numbers/,
    );
  refuses(directions('none (0,1,0) (0,0,1)'), /:8: space directions: expected a vector other than none/);
  refuses(
    directions('(0,0,0) (0,1,0) (0,0,1)'),
    /:8: space directions: expected a vector other than 0 for axis 1/,
  );
  refuses(directions('(1,0,0) (2,0,0) (0,0,1)'), /do not lie in a plane.*resample/);
  for (const bad of [
    '(1,0,0) (0,1,0)',
    '(1,0) (0,1) (0,0)',
    '1 0 0 0 1 0 0 0 1',
    `${DIRECTIONS} x`,
    `${DIRECTIONS} none`,
  ])
    refuses(directions(bad), /:8: space directions: expected 3 vectors \(x,y,z\) of the space LPS/);
  refuses({ ...inSpace, 'space origin': '(nan,nan,nan)' }, /:9: space origin: expected 3 finite numbers/);
  refuses({ ...inSpace, 'space origin': '(1,2,inf)' }, /:9: space origin: expected vectors of finite/);
  refuses(
    { ...inSpace, 'space origin': '', spacings: '1 1 1' },
    /:9: spacings: expected the lengths of space directions/,
  );
  assert.equal(parse({ ...inSpace, spacings: '0.7 0.8 2.0001' }).geometry.spacingMm[2], 2);
  assert.equal(parse({ ...inSpace, spacings: 'nan nan nan' }).geometry.spacingMm[2], 2);
  refuses(
    { ...inSpace, units: '"cm" "cm" "cm"' },
    /:10: units: expected mm beside space directions.*space units/,
  );
  refuses({ ...inSpace, 'space units': '"mm" "mm"' }, /:10: space units: expected 3 units in quotes/);
  refuses(
    { ...inSpace, 'space units': '"um" "um" "um"' },
    /:10: space units "um" "um" "um": expected a spacing of 0\.05 to 20 mm, received 0\.0007 x 0\.0008 x 0\.002 mm; correct/,
  );
  refuses(
    { spacings: '700 800 2000' },
    /:7: spacings: expected a spacing of .*received 700 x 800 x 2000 mm; correct/,
  );
  refuses({ ...inSpace, space: 'RPI' }, /:7: space: expected left-posterior-superior.*turn the scan/);
  refuses({ ...inSpace, space: '' }, /:7: space directions: expected a line 'space'.*say in which space/);
  refuses({ ...inSpace, 'space dimension': '4' }, /:10: space dimension: expected 3/);
  refuses(
    { space: 'RAS', 'space origin': '(1,2,3)' },
    /space directions: expected a vector for each axis.*add the line/,
  );
  refuses(
    { ...inSpace, space: 'RAST' },
    /:8: space directions: expected 3 vectors \(x,y,z,t\) of the space RAST/,
  );
  refuses(
    { space: 'RAST', 'space directions': '(1,0,0,0) (0,1,0,0) (0,0,1,1)' },
    /no axis of the scan along time/,
  );
  refuses({ spacings: '1 0 1' }, /:7: spacings: expected numbers other than 0/);
  for (const spacings of ['nan 1 1', '1 inf 1', '1 1', '1 1 1 1'])
    refuses({ spacings }, /:7: spacings: expected/);
});

test('parseNrrdHeader() refuses what is not read by name, with what to do', () => {
  refuses({ type: 'block' }, /:2: type: expected one number a voxel.*received "block"; save/);
  refuses({ type: 'char' }, /:2: type: expected one number a voxel.*received "char"; save/);
  refuses({ type: '' }, /type: expected .*the header has no such line/);
  for (const encoding of ['bzip2', 'bz2', 'zrl'])
    refuses(
      { encoding },
      new RegExp(
        `:6: encoding: expected raw, gzip, text or hex, received "${encoding}"; save the scan as gzip`,
      ),
    );
  refuses({ encoding: '' }, /encoding: expected .*no such line/);
  for (const encoding of ['raw', 'gzip', 'hex'])
    refuses(
      { encoding, endian: '' },
      /endian: expected little or big for voxels of 2 bytes, the header has no such line; say/,
    );
  refuses({ endian: 'middle' }, /:5: endian: expected little or big/);
  for (const sizes of ['4 5', '4 5 0', '4 5 -6', '4 5 6.5', '4 5 nan', '4 5 6 7', ''])
    refuses({ sizes }, /sizes: expected 3/);
  refuses({ 'line skip': '-1' }, /:7: line skip: expected a whole number from 0/);
  refuses({ 'byte skip': '-2' }, /:7: byte skip: expected a whole number from 0, or -1/);
  refuses({ 'byte skip': '-1', encoding: 'gzip' }, /:7: byte skip: .*-1 is for encoding raw, not for gzip/);
});

test('parseNrrdHeader() refuses lines that are no header, said twice, or of an unknown field', () => {
  refuses(Buffer.from(''), /found one of 0 bytes/);
  refuses(Buffer.from('junk'), /a\.nrrd:1: expected a NRRD file, which begins with NRRD0001/);
  refuses(Buffer.from('NRRD0006\n'), /received "NRRD0006"/);
  refuses(Buffer.from([0x1f, 0x8b, 8, 0]), /unpack it: gunzip/);
  refuses(
    { spacings: '1 1 1', Spacings: '1 1 1' },
    /:8: spacings: expected one such line, received also line 7; remove one/,
  );
  refuses({ centers: 'cell cell cell', centerings: 'cell cell cell' }, /:8: centerings: .*also line 7/);
  refuses(
    { spacing: '1 1 1' },
    /:7: "spacing": expected a field of NRRD .*correct the name, or write it as a key: "spacing:=1 1 1"/,
  );
  refuses(
    bytes({}, '\u0007 no line\n'),
    /:7: expected a NRRD header line 'field: value'.*an empty line ends the header/,
  );
  assert.equal(parse({}, '# spacing: 1\r\nspacing:=1 : 2\r\nspacings:2 2 2\r\n').geometry.spacingMm[0], 2);
});
