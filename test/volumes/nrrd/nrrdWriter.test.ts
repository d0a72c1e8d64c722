import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRandom } from '../../../src/random.js';
import { writeNrrd } from '../../../src/volumes/nrrd/nrrdWriter.js';
import { readVolume } from '../../../src/volumes/readVolume.js';
import type { Volume, VoxelArray } from '../../../src/volumes/voxels/volume.js';
import { runPython } from '../../python.js';
import { randomGeometry } from '../randomGeometry.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-nrrd-writer-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const READ = `
import json, sys
import SimpleITK as sitk
out = []
for path in json.load(sys.stdin):
    image = sitk.ReadImage(path)
    out.append(dict(size=image.GetSize(), spacing=image.GetSpacing(), origin=image.GetOrigin(), direction=image.GetDirection(),
                    type=image.GetPixelIDTypeAsString(), about=image.GetMetaData('what'), values=sitk.GetArrayFromImage(image).ravel().tolist()))
json.dump(out, sys.stdout)
`;

const TYPES: readonly (readonly [string, (values: readonly number[]) => VoxelArray])[] = [
  ['8-bit signed integer', (values) => Int8Array.from(values)],
  ['8-bit unsigned integer', (values) => Uint8Array.from(values)],
  ['16-bit signed integer', (values) => Int16Array.from(values)],
  ['16-bit unsigned integer', (values) => Uint16Array.from(values)],
  ['32-bit signed integer', (values) => Int32Array.from(values)],
  ['32-bit unsigned integer', (values) => Uint32Array.from(values)],
  ['32-bit float', (values) => Float32Array.from(values, (value) => value / 7)],
  ['64-bit float', (values) => Float64Array.from(values, (value) => value / 7)],
];

test('writeNrrd() is read by SimpleITK and readVolume() with the same geometry, type, voxels and words, for any direction', async () => {
  const random = createRandom('nrrd writer');
  const volumes = TYPES.map(([type, make], i) => {
    const geometry = randomGeometry(random);
    const voxels = geometry.size.reduce((product, n) => product * n, 1);
    const volume: Volume = {
      ...geometry,
      data: make(Array.from({ length: voxels }, () => random.integer(127))),
    };
    const path = join(folder, `${i}.nrrd`);
    writeNrrd(path, volume, { what: 'a test: 1 < 2, of any kind' });
    return { type, volume, path };
  });
  const read = runPython<
    {
      type: string;
      about: string;
      size: number[];
      spacing: number[];
      origin: number[];
      direction: number[];
      values: number[];
    }[]
  >(
    READ,
    volumes.map(({ path }) => path),
  );
  for (const [i, { type, volume, path }] of volumes.entries()) {
    const there = read[i]!;
    assert.deepEqual([there.type, there.about], [type, 'a test: 1 < 2, of any kind']);
    assert.deepEqual([there.size, there.values], [[...volume.size], Array.from(volume.data)]);
    const ours = await readVolume(path);
    assert.deepEqual(ours.data, volume.data);
    for (const [name, values, expected] of [
      ['spacing', there.spacing, volume.spacingMm],
      ['origin', there.origin, volume.originMm],
      ['direction', there.direction, volume.direction],
      ['our spacing', ours.spacingMm, volume.spacingMm],
      ['our direction', ours.direction, volume.direction],
    ] as const)
      for (const [axis, value] of values.entries())
        assert.ok(Math.abs(value - expected[axis]!) < 1e-9 * Math.max(1, Math.abs(value)), `${type} ${name}`);
  }
  assert.ok(readdirSync(folder).every((name) => name.endsWith('.nrrd')));
});

test('writeNrrd() refuses voxels that do not fit the size, and words of two lines', () => {
  const volume: Volume = { ...randomGeometry(createRandom('refused')), data: new Int16Array(3) };
  assert.throws(() => writeNrrd(join(folder, 'no.nrrd'), volume), /voxels for .* received 3/);
  const whole = { ...volume, data: new Int16Array(volume.size.reduce((product, n) => product * n, 1)) };
  assert.throws(() => writeNrrd(join(folder, 'no.nrrd'), whole, { what: 'two\nlines' }), /of one line/);
  assert.equal(readdirSync(folder).includes('no.nrrd'), false);
});
