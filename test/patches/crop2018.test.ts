import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutAs2018, placeAs2018 } from '../../src/patches/crop2018.js';
import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Matrix3, Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

const DIM = 8;

/** The steps of 2018 in the libraries of then: for each candidate the patch, or null where its size was not right. */
const REFERENCE = `import json,sys,numpy as np,SimpleITK as sitk
data,size,spacing,origin,direction,centers,dim=json.load(sys.stdin)
image=sitk.GetImageFromArray(np.array(data,np.int16).reshape(size[::-1]))
image.SetSpacing(spacing);image.SetOrigin(origin);image.SetDirection(direction)
new=[int(s*n) for s,n in zip(spacing,size)]
one=sitk.Resample(image,new,sitk.Transform(),sitk.sitkBSpline,origin,[1.0,1.0,1.0],direction,0.0,image.GetPixelID())
grid=np.pad(sitk.GetArrayFromImage(one),dim,mode='constant',constant_values=-2000)
half=dim/2;answers=[]
for center in centers:
    at=np.rint(np.abs((np.array(center)+dim)/1.0-np.array(origin))).astype(int)
    box=[[int(max(0,at[a]-half)),int(min(grid.shape[2-a],at[a]+half))] for a in (1,0,2)]
    for span in box:
        if span[0]==0:
            span[1]=dim;break
    (y0,y1),(x0,x1),(z0,z1)=box
    patch=grid[z0:z1,y0:y1,x0:x1].ravel()
    answers.append(dict(first=[x0-dim,y0-dim,z0-dim],patch=patch.tolist() if patch.size==dim**3 else None))
print(json.dumps(answers))`;

const DIRECTIONS: Readonly<Record<string, Matrix3>> = {
  upright: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  'flipped in x and y': [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  oblique: [0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1],
};

for (const [name, direction] of Object.entries(DIRECTIONS))
  test(`placeAs2018() and cutAs2018() equal its steps in SimpleITK and numpy: ${name}`, () => {
    const random = createRandom(name);
    const size: Vector3 = [31, 27, 14];
    const volume: Volume = {
      size,
      spacingMm: [0.8, 0.7, 2.5],
      originMm: [-12.3, 8.1, -30.7],
      direction,
      data: Int16Array.from({ length: 31 * 27 * 14 }, () => random.integer(1400) - 1000),
    };
    const centers = Array.from({ length: 60 }, () =>
      voxelToWorld(volume, [random.integer(31), random.integer(27), random.integer(14)]),
    );
    const theirs = runPython<{ first: number[]; patch: number[] | null }[]>(REFERENCE, [
      Array.from(volume.data),
      size,
      volume.spacingMm,
      volume.originMm,
      direction,
      centers,
      DIM,
    ]);
    let cut = 0;
    for (const [index, center] of centers.entries()) {
      const place = placeAs2018(volume, center, DIM);
      const { first, patch } = theirs[index]!;
      assert.deepEqual(place.firstVoxel, first);
      assert.equal(place.isLost, patch === null);
      if (patch === null) continue;
      cut++;
      const ours = cutAs2018(volume, place, DIM);
      const worst = patch.reduce((most, hu, i) => Math.max(most, Math.abs(hu - ours[i]!)), 0);
      assert.ok(
        worst <= 1,
        `largest difference ${worst} HU; 1 is what was cut off there and is rounded here`,
      );
    }
    assert.ok(cut > 20, `${cut} of ${centers.length} were cut`);
  });

test('placeAs2018() is right for an upright scan, and twice the patch away for one flipped in x and y', () => {
  const geometry = { size: [300, 300, 200], spacingMm: [1, 1, 1], originMm: [-150, -140, -90] } as const;
  const upright = { ...geometry, direction: DIRECTIONS.upright! };
  assert.equal(placeAs2018(upright, [10, 20, 30], 32).offMm, 0);
  const flipped = {
    ...geometry,
    originMm: [150, 140, -90],
    direction: DIRECTIONS['flipped in x and y']!,
  } as const;
  assert.equal(placeAs2018(flipped, [10, 20, 30], 32).offMm, Math.hypot(64, 64));
});
