import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPredictor } from '../../src/evaluation/predictor.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { train } from '../../src/training/train.js';
import { readVolume } from '../../src/volumes/readVolume.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';
import { voxlab } from './voxlab.js';

test('explain writes a page, and of each row map and patch as NRRD, as explain() has them; it says what it found; what does not fit is refused', async (t) => {
  const config = { ...(await trainFixture(t)), network: 'cnn3d' };
  await allRecords(train(config));
  const { run, data } = config;
  const given = voxlab('explain', run, '--rows', '8,1', '--json');
  assert.equal(given.status, 0, given.stderr);
  const { page, rows } = JSON.parse(given.stdout);
  assert.equal(page, join(run, 'explain', 'explain.html'));
  assert.deepEqual(readdirSync(join(run, 'explain')).sort(), [
    ...['explain.html', 'row-1.grad-cam.nrrd', 'row-1.patch.nrrd'],
    ...['row-8.grad-cam.nrrd', 'row-8.patch.nrrd'],
  ]);
  assert.deepEqual(
    rows.map((row: { row: number; class: number; seriesUid: string }) => [row.row, row.class, row.seriesUid]),
    [
      [8, 1, 'scan0'],
      [1, 0, 'scan0'],
    ],
  );
  const html = readFileSync(page, 'utf8');
  assert.match(html, /row 8: nodules, probability 0\.\d+ \(the network says 0\.\d+\)/);
  assert.doesNotMatch(html, /<script|https?:\/\/(?!www\.w3\.org)/);

  const patches = await openPatchFile(data);
  t.after(() => patches.close());
  const patchHu = new Int16Array(patches.voxelsPerRow);
  await patches.readRows([8], patchHu);
  const predictor = await openPredictor(run);
  t.after(() => predictor.close());
  const cam = await predictor.explain(patchHu, { method: 'grad-cam' });
  const { map, ...said } = rows[0];
  assert.deepEqual(said, {
    ...{ row: 8, class: 1, seriesUid: 'scan0', probability: cam.probability },
    ...{ networkProbability: cam.networkProbability, strongest: cam.strongest, how: cam.how },
    peakVoxel: cam.peakVoxel ?? null,
  });
  const stored = await readVolume(map);
  assert.deepEqual({ ...stored, data: [...stored.data] }, { ...cam.map, data: [...cam.map.data] });
  const patch = await readVolume(join(run, 'explain', 'row-8.patch.nrrd'));
  assert.deepEqual([...patch.data], [...patchHu]);

  const out = join(run, 'elsewhere');
  const covered = voxlab(
    ...['explain', run, '--data', data, '--rows', '8', '--method', 'occlusion'],
    ...['--box', '6', '--stride', '5', '--cover', '-900', '--out', out],
  );
  assert.equal(covered.status, 0, covered.stderr);
  assert.match(covered.stdout, /^row 8: class 1, the network says 0\.\d+, .*\n.*explain\.html\n$/);
  assert.match(covered.stderr, /explain .*27/);
  const occlusion = await predictor.explain(patchHu, {
    ...{ method: 'occlusion', boxVoxels: 6, strideVoxels: 5, valueHu: -900 },
  });
  const drops = await readVolume(join(out, 'row-8.occlusion.nrrd'));
  assert.deepEqual([...drops.data], [...occlusion.map.data]);

  const refuses = (status: number, reason: RegExp, ...words: string[]): void => {
    const refused = voxlab('explain', run, '--out', join(run, 'none'), ...words);
    assert.deepEqual([refused.status, refused.stdout], [status, ''], refused.stderr);
    assert.match(refused.stderr, reason);
  };
  refuses(2, /--rows: expected all or numbers from 0 to 47, received "48"/, '--rows', '48');
  refuses(
    2,
    /expected a piece that gives a map \(c1, c2, c3\), received "c4"/,
    '--rows',
    '1',
    '--piece',
    'c4',
  );
  refuses(2, /--box, --stride and --cover are of occlusion/, '--rows', '1', '--box', '3');
  const occluded = ['--rows', '1', '--method', 'occlusion'];
  refuses(2, /--piece is of grad-cam/, ...occluded, '--piece', 'c1');
  refuses(2, /from 1 to 16, received 17/, ...occluded, '--box', '17');
  const smaller = join(run, 'smaller-patch.hdf5');
  await writePatchFile(
    smaller,
    { dim: 8, slices: 8, spacingMm: [1, 1, 1], interpolation: 'linear' },
    { program: 'test', settings: {}, scans: {} },
    {
      ...{ classes: [1], notrain: [0], notrainReason: [0], subsets: [0] },
      ...{ centerWorldMm: [[0, 0, 0]], seriesUid: ['scan0'] },
    },
    [new Int16Array(8 ** 3)],
  );
  refuses(
    1,
    /smaller-patch\.hdf5: expected patches of 16 x 16 x 16 voxels of 1 x 1 x 1 mm, as .*run was trained on, received 8 x 8 x 8 voxels/,
    ...['--rows', '0', '--data', smaller],
  );
});
