import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { reducedForView, slicesOfPart } from '../../src/widgets/volumeParts.js';
import { runPython } from '../python.js';

test('reducedForView() leaves a volume as it is where it can, else takes means where SimpleITK has them', () => {
  const random = createRandom('parts');
  const size = [21, 18, 12] as const;
  const data = Int16Array.from({ length: 21 * 18 * 12 }, () => random.integer(4000) - 1024);
  const mask = Uint8Array.from(data, (_, at) => (at % 21 < 9 ? 1 : 0));
  const volume = {
    data,
    size,
    spacingMm: [1, 1, 2],
    originMm: [3, 4, 5],
    direction: [0, 1, 0, -1, 0, 0, 0, 0, 1],
  } as const;
  const same = reducedForView(volume, mask);
  assert.ok(same.data === data && same.mask === mask);
  const small = reducedForView(volume, mask, 1200);
  const { geometry, means } = small;
  assert.ok(small.data.length <= 1200 && small.data.length > 300, `${small.data.length} voxels`);
  const expected = runPython<{ origin: number[]; size: number[]; values: number[]; mask: number[] }>(
    `import json, sys, numpy as np, SimpleITK as sitk
q = json.load(sys.stdin); x, y, z = q['size']; f = q['means']
def shrunk(values):
    i = sitk.GetImageFromArray(np.array(values, float).reshape(z, y, x)); i.SetSpacing(q['spacingMm']); i.SetOrigin(q['originMm']); i.SetDirection(q['direction'])
    return sitk.BinShrink(sitk.RegionOfInterest(i, [n // m * m for n, m in zip(q['size'], f)], [0, 0, 0]), f)
b = shrunk(q['data']); m = shrunk(q['mask'])
print(json.dumps(dict(origin=b.GetOrigin(), size=b.GetSize(), values=sitk.GetArrayFromImage(b).ravel().tolist(), mask=sitk.GetArrayFromImage(m).ravel().tolist())))`,
    { ...volume, data: Array.from(data), mask: Array.from(mask), means },
  );
  assert.deepEqual(geometry.size, expected.size);
  for (const axis of [0, 1, 2]) assert.ok(Math.abs(geometry.originMm[axis]! - expected.origin[axis]!) < 1e-9);
  for (const [at, mean] of expected.values.entries())
    assert.ok(Math.abs(small.data[at]! - mean) <= 0.5 + 1e-9);
  for (const [at, share] of expected.mask.entries())
    if (Math.abs(share - 0.5) > 0.01) assert.equal(small.mask![at], share > 0.5 ? 1 : 0);
});

test('parts are of about 8 MB, and begin with a block', () => {
  for (const size of [
    [512, 512, 300],
    [32, 32, 32],
    [4000, 4000, 9],
  ] as const)
    assert.equal(slicesOfPart(size) % 8, 0);
  assert.equal(slicesOfPart([512, 512, 300]), 8);
});
