import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lungMask } from '../../src/lungs/lungMask.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { IDENTITY_DIRECTION, voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { voxlab } from '../commands/voxlab.js';
import { runPython } from '../python.js';

const SIZE: Vector3 = [96, 80, 40];

/** A body with two lungs, in voxels of 4 x 4 x 6 mm. */
function chest(): Volume {
  const inside = (x: number, y: number, z: number, at: Vector3, radii: Vector3): boolean =>
    ((x - at[0]) / radii[0]) ** 2 + ((y - at[1]) / radii[1]) ** 2 + ((z - at[2]) / radii[2]) ** 2 < 1;
  const data = Int16Array.from({ length: SIZE[0] * SIZE[1] * SIZE[2] }, (_, i) => {
    const [x, y, z] = [i % SIZE[0], Math.floor(i / SIZE[0]) % SIZE[1], Math.floor(i / (SIZE[0] * SIZE[1]))];
    if (inside(x, y, z, [28, 40, 20], [13, 20, 16]) || inside(x, y, z, [66, 40, 20], [13, 20, 16]))
      return -850;
    return inside(x, y, 20, [47, 40, 20], [42, 34, 1]) ? 40 : -1000;
  });
  return {
    size: SIZE,
    spacingMm: [4, 4, 6],
    originMm: [-190, -160, -120],
    direction: IDENTITY_DIRECTION,
    data,
  };
}

test('crop --lung-mask writes masks that h5py reads, is the same in shards, and verify checks them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lung-crop-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const volume = chest();
  mkdirSync(join(folder, 'raw'));
  for (const uid of ['a', 'b']) writeMetaImage(join(folder, 'raw', `${uid}.mhd`), volume);
  const voxels: Vector3[] = [
    [28, 40, 20],
    [66, 30, 22],
    [47, 8, 20],
    [5, 5, 5],
  ];
  const lines = ['a', 'b'].flatMap((uid) =>
    voxels.map((voxel, i) => [uid, ...voxelToWorld(volume, voxel), i === 0 ? 1 : 0].join(',')),
  );
  writeFileSync(
    join(folder, 'raw', 'candidates.csv'),
    `seriesuid,coordX,coordY,coordZ,class\n${lines.join('\n')}\n`,
  );
  const config = join(folder, 'crop.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH=${folder}/raw\nCSV_PATH=${folder}/raw\nPREPROCESSED_PATH=${folder}/out\n[remote]\nLUNA_PATH=x\nCSV_PATH=x\nPREPROCESSED_PATH=x\n`,
  );
  const words = [
    'crop',
    '--config',
    config,
    '--dim',
    '12',
    '--slices',
    '10',
    '--spacing',
    '4',
    '--lung-mask',
  ];
  const made = voxlab(...words);
  assert.equal(made.status, 0, made.stderr);
  const file = join(folder, 'out', '12x12x10-patch.hdf5');
  const patches = await openPatchFile(file);
  assert.deepEqual([...patches.labels().inLung!], [1, 1, 0, 0, 1, 1, 0, 0]);
  const [shape, type, sums, column] = runPython<[number[], string, number[], number[]]>(
    `import json,sys,h5py
f=h5py.File(json.load(sys.stdin))
m=f['mask'][:]
print(json.dumps([m.shape,str(m.dtype),m.astype(int).sum(1).tolist(),f['in_lung'][:].ravel().tolist()]))`,
    file,
  );
  assert.deepEqual([shape, type, column], [[8, 1440], 'uint8', [1, 1, 0, 0, 1, 1, 0, 0]]);
  const masks = new Uint8Array(8 * 1440);
  patches.readMasks([0, 1, 2, 3, 4, 5, 6, 7], masks);
  patches.close();
  for (const [row, sum] of sums.entries())
    assert.equal(
      masks.subarray(row * 1440, (row + 1) * 1440).reduce((a, b) => a + b, 0),
      sum,
    );
  assert.equal(sums[0], 1440, 'all of it lies in the lung');
  assert.equal(sums[3], 0);
  // The grid of 4 mm is the scan's own along x and y.
  const whole = lungMask(volume);
  assert.equal(masks[1440 * 2 + (6 * 12 * 12) / 2 + 6 * 12 + 6], whole[(20 * SIZE[1] + 8) * SIZE[0] + 47]);

  const parts = [0, 1].map((index) => {
    const { status, stdout } = voxlab(...words, '--shard', `${index}/2`, '--json');
    assert.equal(status, 0);
    return JSON.parse(stdout).file as string;
  });
  const joined = voxlab('merge', ...parts, '--out', join(folder, 'merged'));
  assert.equal(joined.status, 0, joined.stderr);
  const merged = join(folder, 'merged', '12x12x10-patch.hdf5');
  assert.ok(readFileSync(merged).equals(readFileSync(file)));
  assert.equal(voxlab('verify', file, '--config', config).status, 0);
  runPython(
    `import json,sys,h5py
f=h5py.File(json.load(sys.stdin),'r+')
f['mask'][1,7]=1-f['mask'][1,7]
print('null')`,
    file,
  );
  const wrong = voxlab('verify', file, '--config', config);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /row 1 of scan a/);
});
