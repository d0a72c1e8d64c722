import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { parseMetaImageHeader } from '../../../src/volumes/metaImage/metaImageHeader.js';

const header = (lines: Record<string, string> = {}): Buffer =>
  Buffer.from(
    Object.entries({
      ObjectType: 'Image',
      NDims: '3',
      DimSize: '4 5 6',
      ElementType: 'MET_SHORT',
      ...lines,
      ElementDataFile: 'a.raw',
    })
      .map(([key, value]) => `${key} = ${value}\r\n`)
      .join(''),
  );

test('parseMetaImageHeader() takes columns of TransformMatrix as directions of the voxel axes', () => {
  const { geometry, bigEndian, dataFile } = parseMetaImageHeader(
    header({
      TransformMatrix: '0 1 0 0 0 1 1 0 0',
      Offset: '-1 2.5 3e1',
      ElementSpacing: '0.7 0.8 2',
      BinaryDataByteOrderMSB: 'True',
    }),
    'a.mhd',
  );
  assert.deepEqual(geometry, {
    size: [4, 5, 6],
    spacingMm: [0.7, 0.8, 2],
    originMm: [-1, 2.5, 30],
    direction: [0, 0, 1, 1, 0, 0, 0, 1, 0],
  });
  assert.deepEqual([bigEndian, dataFile], [true, 'a.raw']);
});

test('parseMetaImageHeader() takes a fourth dimension of size 1, and refuses one of more, with the sizes', () => {
  const lines = { NDims: '4', DimSize: '4 5 6 1', ElementSpacing: '1 2 3 9', Offset: '7 8 9 5' };
  const turned = { TransformMatrix: '0 1 0 0 0 0 1 0 1 0 0 0 0 0 0 1' };
  for (const [matrix, direction] of [
    [turned, [0, 0, 1, 1, 0, 0, 0, 1, 0]],
    [{}, [1, 0, 0, 0, 1, 0, 0, 0, 1]],
  ] as const)
    assert.deepEqual(parseMetaImageHeader(header({ ...lines, ...matrix }), 'a.mhd').geometry, {
      size: [4, 5, 6],
      spacingMm: [1, 2, 3],
      originMm: [7, 8, 9],
      direction,
    });
  assert.throws(
    () => parseMetaImageHeader(header({ ...lines, DimSize: '4 5 6 7' }), 'a.mhd'),
    /a\.mhd:3: DimSize: expected one volume, a size of 1 behind x, y and z, received "4 5 6 7"/,
  );
});

test('parseMetaImageHeader() names the line of what does not fit', () => {
  const refuses = (bytes: Buffer, reason: RegExp) =>
    assert.throws(() => parseMetaImageHeader(bytes, 'a.mhd'), reason);
  refuses(header({ DimSize: '4 5' }), /a\.mhd:3: DimSize: expected 3 numbers, received "4 5"/);
  refuses(header({ ElementSpacing: '1 x 1' }), /a\.mhd:5: ElementSpacing/);
  refuses(header({ NDims: '2' }), /3 dimensions/);
  refuses(header({ ElementType: 'MET_OTHER' }), /ElementType: expected one of/);
  refuses(Buffer.from('NDims = 3\n'), /no line ElementDataFile/);
  refuses(
    Buffer.from('NDims = 3\nOffset = -100\u00a020 30\nElementDataFile = a.raw\n', 'latin1'),
    /a\.mhd:2: expected the key Offset with letters, digits and spaces alone/,
  );
  for (const unseen of ['\0', '\u00a0', '\u0001'])
    refuses(
      Buffer.from(
        `NDims = 3\nTransformMatrix${unseen}= -1 0 0 0 -1 0 0 0 1\nElementDataFile = a.raw\n`,
        'latin1',
      ),
      /a\.mhd:2: expected the key TransformMatrix with letters, digits and spaces alone/,
    );
  refuses(Buffer.from('what is this'), /a\.mhd:1: expected a MetaImage header line/);
});

/** Field, text, and the reason; the file and the field's line are in each message. Undefined = the line is left out. */
const MALFORMED: readonly (readonly [field: string, text: string | undefined, reason: RegExp])[] = [
  ['NDims', undefined, /has no NDims/],
  ['NDims', '2', /expected 3 dimensions, or 4 of which the last has size 1, received "2"/],
  ['NDims', '5', /received "5"/],
  ['NDims', 'three', /expected 1 numbers, received "three"/],
  ['NDims', '', /received ""/],
  ['ElementNumberOfChannels', '3', /expected 1 channel, received "3"/],
  ['DimSize', undefined, /has no DimSize/],
  ['DimSize', '4 5', /expected 3 numbers, received "4 5"/],
  ['DimSize', '4 5 6 7', /expected 3 numbers/],
  ['DimSize', '0 5 6', /expected 3 whole numbers above 0, received "0 5 6"/],
  ['DimSize', '-4 -5 6', /whole numbers above 0/],
  ['DimSize', '4.5 5 6', /whole numbers above 0/],
  ['DimSize', '1e400 5 6', /expected 3 numbers/],
  ['DimSize', '1e17 5 6', /whole numbers above 0/],
  ['ElementSpacing', '0 1 1', /expected 3 numbers above 0 \(mm\), received "0 1 1"/],
  ['ElementSpacing', '1 1 -2', /above 0/],
  ['ElementSpacing', 'NaN 1 1', /expected 3 numbers, received "NaN 1 1"/],
  ['ElementSpacing', 'inf 1 1', /expected 3 numbers/],
  ['ElementSpacing', '1,1,1', /expected 3 numbers/],
  ['Offset', '1 2', /expected 3 numbers, received "1 2"/],
  ['Offset', '1 2 nan', /expected 3 numbers/],
  ['TransformMatrix', '1 0 0 0 1 0', /expected 9 numbers/],
  ['TransformMatrix', '1 0 0 0 1 0 0 0 0', /expected three directions that do not lie in a plane/],
  ['TransformMatrix', '1 0 0 1 0 0 0 0 1', /in a plane/],
  ['ElementType', undefined, /expected one of MET_CHAR, .*received nothing/],
  ['ElementType', 'MET_OTHER', /received MET_OTHER/],
  ['ElementType', 'MET_USHORT_ARRAY', /received MET_USHORT_ARRAY/],
  ['ElementType', 'toString', /received toString/],
  ['BinaryData', 'perhaps', /expected True or False, received "perhaps"/],
  ['BinaryDataByteOrderMSB', 'little', /expected True or False, received "little"/],
  ['CompressedData', '', /expected True or False, received ""/],
  ['CompressedDataSize', '-5', /expected a whole number above 0, received "-5"/],
  ['CompressedDataSize', 'many', /expected 1 numbers/],
  ['HeaderSize', '-2', /expected -1, or a whole number from 0/],
  ['HeaderSize', '1.5', /whole number/],
  ['ElementDataFile', undefined, /no line ElementDataFile/],
  ['ElementDataFile', '', /expected LOCAL, LIST, or the name of the file with the voxels, received ""/],
];

test(`parseMetaImageHeader() names file, field and line of ${MALFORMED.length} malformed fields`, () => {
  for (const [field, text, reason] of MALFORMED) {
    const lines = header(field === 'ElementDataFile' || text === undefined ? {} : { [field]: text })
      .toString()
      .split('\r\n')
      .filter((line) => text !== undefined || !line.startsWith(field))
      .map((line) => (field === 'ElementDataFile' && line.startsWith(field) ? `${field} = ${text}` : line));
    const line = lines.findIndex((written) => written.startsWith(`${field} =`)) + 1;
    const at = line === 0 ? /^a\.mhd: / : new RegExp(`^a\\.mhd:${line}: ${field}: `);
    assert.throws(
      () => parseMetaImageHeader(Buffer.from(lines.join('\n')), 'a.mhd'),
      (error) =>
        error instanceof InputError &&
        reason.test(error.message) &&
        at.test(error.message) &&
        error.message.includes(field),
      `${field} = ${text}`,
    );
  }
});

test('parseMetaImageHeader() takes what ITK writes of an image beside its own fields', () => {
  const lines = [
    'dim[0] = 3',
    'NRRD_kinds[0] = domain',
    '0008|0005 = ISO_IR 100',
    '_x = 1',
    'a.b = 2',
    'Comment = a',
    'Comment = b',
  ];
  const text = `NDims = 3\n${lines.join('\n')}\nDimSize = 2 2 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n`;
  assert.deepEqual(parseMetaImageHeader(Buffer.from(text), 'x.mha').geometry.size, [2, 2, 2]);
});

test('parseMetaImageHeader() refuses a field that is there twice, naming both lines, and leaves unknown ones alone', () => {
  const twice = Buffer.from('NDims = 3\nDimSize = 1 1 1\nDimSize = 2 2 2\nElementDataFile = a.raw\n');
  assert.throws(
    () => parseMetaImageHeader(twice, 'a.mhd'),
    /^InputError: a\.mhd:3: DimSize: expected one such line, received also line 2$/,
  );
  const { geometry } = parseMetaImageHeader(
    header({ Modality: 'MET_MOD_CT', CenterOfRotation: '0 0 0', 'Some Comment': 'any = thing' }),
    'a.mhd',
  );
  assert.deepEqual(geometry.size, [4, 5, 6]);
});

test('parseMetaImageHeader() takes cosines that were rounded for a direction', () => {
  const rounded = header({ TransformMatrix: '0.87 0.5 0 -0.5 0.87 0 0 0 1' });
  assert.equal(parseMetaImageHeader(rounded, 'a.mhd').geometry.direction[0], 0.87);
});
