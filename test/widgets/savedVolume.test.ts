import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { savedVolume } from '../../src/widgets/savedVolume.js';
import type { SavedVolume } from '../../src/widgets/viewerState.js';
import { runPython } from '../python.js';

/** As the page reads it. */
function valuesOf({ hu, geometry }: SavedVolume): number[] {
  const bytes = inflateRawSync(Buffer.from(hu, 'base64'));
  const count = bytes.length / 2;
  const values: number[] = [];
  for (let at = 0; at < count; at++) {
    const step = ((bytes[at]! | (bytes[count + at]! << 8)) << 16) >> 16;
    values.push(step + (at % geometry.size[0] === 0 ? 0 : values[at - 1]!));
  }
  return values.map((value) => (value << 16) >> 16);
}

const turned = [0, 1, 0, -1, 0, 0, 0, 0, 1] as const;
function scanOf(size: Vector3, value: (at: number) => number): Volume {
  const data = Int16Array.from({ length: size[0] * size[1] * size[2] }, (_, at) => value(at));
  return { data, size, spacingMm: [0.7, 0.7, 2], originMm: [10, -20, 30], direction: turned };
}

test('a patch is saved as it is, extreme values, too', () => {
  const random = createRandom('saved');
  const extreme = [-32_768, 32_767, 0, -1, 1];
  const scan = scanOf([9, 7, 5], (at) => extreme[at] ?? random.integer(4000) - 1000);
  const saved = savedVolume(scan);
  assert.deepEqual([saved.means, saved.geometry.size], [[1, 1, 1], scan.size]);
  assert.deepEqual(valuesOf(saved), Array.from(scan.data));
  assert.deepEqual(saved.geometry.originMm, scan.originMm);
});

test("a scan of noise is saved below a megabyte, as SimpleITK's means of blocks, where they lie", () => {
  const random = createRandom('noise');
  const scan = scanOf([201, 190, 91], () => random.integer(1500) - 1000);
  const { hu, means, geometry } = savedVolume(scan);
  assert.ok(hu.length * 0.75 <= 1e6 && hu.length > 4e5, `${hu.length} letters`);
  // Blocks are about as long as wide.
  const edges = geometry.spacingMm.map((mm) => mm);
  assert.ok(Math.max(...edges) <= 2 * Math.min(...edges), `${edges}`);
  const crop = { ...scan, size: scan.size, data: undefined };
  const expected = runPython<{ origin: number[]; size: number[]; first: number[] }>(
    `import json, sys, base64, numpy as np, SimpleITK as sitk
q = json.load(sys.stdin); x, y, z = q['size']
a = np.frombuffer(base64.b64decode(q['bytes']), '<i2').reshape(z, y, x)
i = sitk.GetImageFromArray(a.astype(np.float64)); i.SetSpacing(q['spacingMm']); i.SetOrigin(q['originMm']); i.SetDirection(q['direction'])
m = [int(v) for v in q['means']]
i = sitk.RegionOfInterest(i, [n // f * f for n, f in zip(q['size'], m)], [0, 0, 0])
b = sitk.BinShrink(i, m)
print(json.dumps(dict(origin=b.GetOrigin(), size=b.GetSize(), first=sitk.GetArrayFromImage(b).ravel()[:2000].tolist())))`,
    { ...crop, means, bytes: Buffer.from(scan.data.buffer).toString('base64') },
  );
  assert.deepEqual(geometry.size, expected.size);
  for (const axis of [0, 1, 2]) assert.ok(Math.abs(geometry.originMm[axis]! - expected.origin[axis]!) < 1e-9);
  const values = valuesOf(savedVolume(scan));
  // To 4 HU.
  for (const [at, mean] of expected.first.entries())
    assert.ok(Math.abs(values[at]! - mean) <= 2 + 1e-9, `${at}: ${values[at]} of ${mean}`);
  const middle = means.map((count) => (count - 1) / 2) as unknown as Vector3;
  assert.deepEqual(geometry.originMm, voxelToWorld(scan, middle));
});

test('what lies over a scan is saved on the same grid', () => {
  const scan = scanOf([8, 6, 4], () => -1000);
  const over = { ...scan, data: Float32Array.from({ length: 192 }, (_, at) => (at % 8) / 7) };
  const { overlay } = savedVolume(scan, { volume: over });
  const bytes = inflateRawSync(Buffer.from(overlay!, 'base64'));
  for (const [at, value] of bytes.entries()) assert.ok(Math.abs(value - (255 * (at % 8)) / 7) <= 0.51);
});
