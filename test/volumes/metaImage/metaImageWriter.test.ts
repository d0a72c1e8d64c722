import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  anatomicalOrientation,
  metaImageHeader,
  metaImageRawPath,
  writeMetaImage,
} from '../../../src/volumes/metaImage/metaImageWriter.js';
import type { Matrix3, Volume, VoxelArray } from '../../../src/volumes/voxels/volume.js';
import { runPython } from '../../python.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-writer-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A rotation about all three axes: only here does a transposed direction show. */
// biome-ignore format: a matrix
const ROTATED: Matrix3 = [
  0.8, -0.36, 0.48,
  0.6, 0.48, -0.64,
  0, 0.8, 0.6,
];
const FLIPPED: Matrix3 = [-1, 0, 0, 0, -1, 0, 0, 0, 1];

function volume(data: VoxelArray, direction: Matrix3): Volume {
  return {
    data,
    size: [4, 3, 2],
    spacingMm: [0.703125, 0.8, 2.5],
    originMm: [-195.25, 12.5, -310.000001],
    direction,
  };
}

interface ReadBySimpleItk {
  size: number[];
  spacing: number[];
  origin: number[];
  direction: number[];
  type: string;
  values: number[];
}

const READ = `
import json, sys
import SimpleITK as sitk
out = []
for path in json.load(sys.stdin):
    image = sitk.ReadImage(path)
    out.append(dict(size=image.GetSize(), spacing=image.GetSpacing(), origin=image.GetOrigin(), direction=image.GetDirection(),
                    type=image.GetPixelIDTypeAsString(), values=sitk.GetArrayFromImage(image).ravel().tolist()))
json.dump(out, sys.stdout)
`;

test('writeMetaImage() is read back by SimpleITK with the same geometry, type and voxels, for every type and direction', () => {
  const values = Array.from({ length: 24 }, (_, i) => i * 5);
  const cases: [string, string, Volume][] = [
    ['char', '8-bit signed integer', volume(Int8Array.from(values), ROTATED)],
    ['uchar', '8-bit unsigned integer', volume(Uint8Array.from(values), FLIPPED)],
    [
      'short',
      '16-bit signed integer',
      volume(
        Int16Array.from(values, (v) => v * -40),
        FLIPPED,
      ),
    ],
    [
      'ushort',
      '16-bit unsigned integer',
      volume(
        Uint16Array.from(values, (v) => v * 400),
        ROTATED,
      ),
    ],
    [
      'int',
      '32-bit signed integer',
      volume(
        Int32Array.from(values, (v) => v * -1e6),
        ROTATED,
      ),
    ],
    [
      'uint',
      '32-bit unsigned integer',
      volume(
        Uint32Array.from(values, (v) => v * 3e7),
        ROTATED,
      ),
    ],
    [
      'float',
      '32-bit float',
      volume(
        Float32Array.from(values, (v) => v / 8),
        ROTATED,
      ),
    ],
    [
      'double',
      '64-bit float',
      volume(
        Float64Array.from(values, (v) => v / 7),
        ROTATED,
      ),
    ],
  ];
  const paths = cases.map(([name, , content]) => {
    const path = join(folder, `${name}.mhd`);
    writeMetaImage(path, content);
    return path;
  });
  const read = runPython<ReadBySimpleItk[]>(READ, paths);
  for (const [i, [, type, content]] of cases.entries()) {
    assert.deepEqual(read[i]!.size, content.size);
    assert.deepEqual(read[i]!.spacing, content.spacingMm);
    assert.deepEqual(read[i]!.origin, content.originMm);
    for (const [at, cosine] of content.direction.entries())
      assert.ok(Math.abs(read[i]!.direction[at]! - cosine) < 1e-12, `direction ${at} of ${type}`);
    assert.equal(read[i]!.type, type);
    assert.deepEqual(read[i]!.values, [...content.data]);
  }
});

test('writeMetaImage() writes a view of a larger buffer, and leaves nothing but header and voxels', () => {
  const inside = new Int16Array(Int16Array.from({ length: 40 }, (_, i) => i).buffer, 16, 24);
  writeMetaImage(join(folder, 'view', 'scan.mhd'), volume(inside, FLIPPED));
  assert.deepEqual(readdirSync(join(folder, 'view')).sort(), ['scan.mhd', 'scan.raw']);
  const raw = readFileSync(join(folder, 'view', 'scan.raw'));
  assert.deepEqual([...new Int16Array(raw.buffer, raw.byteOffset, 24)], [...inside]);
});

test('metaImageHeader() has the lines of a LUNA16 header, in their order', () => {
  const header = metaImageHeader(volume(new Int16Array(24), FLIPPED), 'MET_SHORT', '1.2.3.raw');
  assert.equal(
    header,
    [
      'ObjectType = Image',
      'NDims = 3',
      'BinaryData = True',
      'BinaryDataByteOrderMSB = False',
      'CompressedData = False',
      'TransformMatrix = -1 0 0 0 -1 0 0 0 1',
      'Offset = -195.25 12.5 -310.000001',
      'CenterOfRotation = 0 0 0',
      'AnatomicalOrientation = LPI',
      'ElementSpacing = 0.703125 0.8 2.5',
      'DimSize = 4 3 2',
      'ElementType = MET_SHORT',
      'ElementDataFile = 1.2.3.raw',
      '',
    ].join('\n'),
  );
});

test('anatomicalOrientation() equals what ITK writes for permuted and flipped axes', () => {
  const directions: Matrix3[] = [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    FLIPPED,
    [0, 0, 1, 1, 0, 0, 0, -1, 0],
    [0, -1, 0, 0, 0, -1, 1, 0, 0],
  ];
  const written = runPython<string[]>(
    `
import json, os, re, sys
import SimpleITK as sitk
given = json.load(sys.stdin)
out = []
for direction in given['directions']:
    image = sitk.Image(2, 2, 2, sitk.sitkInt16)
    image.SetDirection(direction)
    path = os.path.join(given['folder'], 'itk.mha')
    sitk.WriteImage(image, path)
    out.append(re.search(rb'AnatomicalOrientation = (\\w+)', open(path, 'rb').read()).group(1).decode())
json.dump(out, sys.stdout)
`,
    { directions, folder },
  );
  assert.deepEqual(directions.map(anatomicalOrientation), written);
});

test('writeMetaImage() refuses voxels that do not fill the grid and another extension, and writes nothing', () => {
  const path = join(folder, 'unfilled.mhd');
  assert.throws(() => writeMetaImage(path, volume(new Int16Array(23), FLIPPED)), {
    name: 'RangeError',
    message: 'Expected 24 voxels for a scan of 4 x 3 x 2, received 23',
  });
  assert.equal(existsSync(metaImageRawPath(path)), false);
  assert.throws(
    () => writeMetaImage(join(folder, 'scan.nii'), volume(new Int16Array(24), FLIPPED)),
    /ends in \.mhd/,
  );
});
