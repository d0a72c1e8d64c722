import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMetaImageHeader } from '../../src/volumes/metaImageHeader.js';

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

test('parseMetaImageHeader() names the line of what does not fit', () => {
  const refuses = (bytes: Buffer, reason: RegExp) =>
    assert.throws(() => parseMetaImageHeader(bytes, 'a.mhd'), reason);
  refuses(header({ DimSize: '4 5' }), /a\.mhd:3: DimSize: expected 3 numbers, received "4 5"/);
  refuses(header({ ElementSpacing: '1 x 1' }), /a\.mhd:5: ElementSpacing/);
  refuses(header({ NDims: '2' }), /3 dimensions/);
  refuses(header({ ElementType: 'MET_OTHER' }), /ElementType: expected one of/);
  refuses(Buffer.from('NDims = 3\n'), /no line ElementDataFile/);
  refuses(Buffer.from('what is this'), /a\.mhd:1: expected a MetaImage header line/);
});
