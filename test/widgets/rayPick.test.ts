import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import { pickVoxel } from '../../src/widgets/rayPick.js';
import { raysOf } from '../../src/widgets/rays.js';
import { VIEWS, wholeVolume } from '../../src/widgets/volumeCamera.js';
import { runPython } from '../python.js';

const size = [11, 8, 9] as const;
const grid = {
  size,
  spacingMm: [2, 3, 4],
  originMm: [5, 6, 7],
  direction: [1, 0, 0, 0, -1, 0, 0, 0, 1],
} as const;
const random = createRandom('pick');
const hu = Int16Array.from({ length: 11 * 8 * 9 }, () => random.integer(30_000) - 15_000);
const maskValues = Uint8Array.from(hu, (_, at) =>
  // Somewhere on each ray there is some.
  random.uniform() < 0.5 || Math.floor(at / 11) % 8 === 3 ? 255 : 0,
);
const picture = { width: 400, height: 400 };
const everything = [-1e5, 1e5] as const;
const camera = { ...wholeVolume(grid), ...VIEWS.A! };
const rays = raysOf(grid, camera, null, picture);
/** Where voxel x, z is seen from the front, mm from the picture's middle. */
const placeOf = (x: number, z: number): [number, number] => [(x - 5) * 2, (z - 4) * 4];

test('pickVoxel() finds the voxel that numpy has as the highest along the ray, in all and in the mask', () => {
  const numpy = runPython<{ all: number[][]; masked: number[][] }>(
    `import json, sys, numpy as np
q = json.load(sys.stdin); v = np.array(q['hu']).reshape(9, 8, 11); m = np.array(q['mask']).reshape(9, 8, 11)
print(json.dumps(dict(all=v.argmax(1).tolist(), masked=np.where(m > 0, v, -10**6).argmax(1).tolist())))`,
    { hu: Array.from(hu), mask: Array.from(maskValues) },
  );
  for (let z = 0; z < 9; z++)
    for (let x = 0; x < 11; x++)
      for (const [mask, found] of [
        ['off', numpy.all],
        ['alone', numpy.masked],
      ] as const) {
        const looked = { mode: 'MIP', window: [0, 1], mask, depthMm: everything } as const;
        const picked = pickVoxel({ ...grid, hu, maskValues }, rays, looked, placeOf(x, z))!;
        const voxel = [x, found[z]![x]!, z] as const;
        assert.deepEqual(picked.voxel, voxel);
        assert.deepEqual(picked.worldMm, voxelToWorld(grid, voxel));
        assert.equal(picked.hu, hu[(z * 8 + voxel[1]) * 11 + x]);
      }
});

test('pickVoxel() stops at the first surface, in a slab looks only there, and beside the volume finds nothing', () => {
  const air = new Int16Array(hu.length).fill(-1000);
  const at = (x: number, y: number, z: number): number => (z * 8 + y) * 11 + x;
  // The second voxel axis runs towards the front: its last is nearest to the reader.
  for (const [y, value] of [
    [7, -500],
    [5, 300],
    [2, 1500],
  ] as const)
    air[at(4, y, 6)] = value;
  const volume = { ...grid, hu: air, maskValues: new Uint8Array(0) };
  const look = { mode: 'render', window: [100, 200], mask: 'off', depthMm: everything } as const;
  assert.deepEqual(pickVoxel(volume, rays, look, placeOf(4, 6))!.voxel, [4, 5, 6]);
  assert.equal(pickVoxel(volume, rays, look, placeOf(3, 6)), undefined, 'all is air');
  const behind = raysOf(grid, camera, { normal: [0, 1, 0], atMm: 0 }, picture);
  assert.deepEqual(pickVoxel(volume, behind, look, placeOf(4, 6))!.voxel, [4, 2, 6], 'the front is cut away');
  const slab = { ...look, mode: 'slab', depthMm: [-6, 0] } as const;
  assert.equal(pickVoxel(volume, rays, slab, placeOf(4, 6))!.hu, 300);
  assert.equal(pickVoxel(volume, rays, look, [500, 0]), undefined);
});
