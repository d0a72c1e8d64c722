import assert from 'node:assert/strict';
import { copyFileSync, symlinkSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { scanLabels } from '../../../src/feed/rowLabels.js';
import { splitRows } from '../../../src/feed/split.js';
import { openPatchFile } from '../../../src/store/patchFile.js';
import type { PatchColumns } from '../../../src/store/patchFileContract.js';
import { writePatchFile } from '../../../src/store/writePatchFile.js';
import {
  type DataIdentity,
  dataDifferences,
  dataIdentity,
  type SeriesSplit,
  seriesSplit,
} from '../../../src/training/run/dataIdentity.js';
import { runPython } from '../../python.js';
import { trainFixture } from '../trainFixture.js';

async function identityOf(file: string): Promise<DataIdentity> {
  const patches = await openPatchFile(file);
  try {
    return await dataIdentity(patches, scanLabels(patches));
  } finally {
    patches.close();
  }
}

const ROWS = 40;
const DIM = 4;

/** A file of 40 rows; `change` makes another of it. */
async function fileOf(
  t: TestContext,
  change: (columns: PatchColumns, voxels: Int16Array[]) => PatchColumns = (columns) => columns,
): Promise<string> {
  const file = (await trainFixture(t)).data.replace('16x16x16', 'other');
  const voxels = Array.from({ length: ROWS }, (_, row) => new Int16Array(DIM ** 3).fill(row));
  const columns = change(
    {
      classes: voxels.map((_, row) => row % 2),
      notrain: voxels.map(() => 0),
      notrainReason: voxels.map(() => 0),
      centerWorldMm: voxels.map((_, row) => [row, 0, 0]),
      seriesUid: voxels.map((_, row) => `scan${row % 4}`),
      subsets: voxels.map((_, row) => row % 4),
    },
    voxels,
  );
  await writePatchFile(
    file,
    { dim: DIM, slices: DIM, spacingMm: [1, 1, 1], interpolation: 'linear' },
    { program: 'test', settings: {}, scans: {} },
    columns,
    voxels,
  );
  return file;
}

/** One HU in one voxel of each row. */
function brighter(columns: PatchColumns, voxels: Int16Array[]): PatchColumns {
  for (const row of voxels) row[7]!++;
  return columns;
}

test('dataIdentity() is of the content: a copy, a link and a file packed in another way by h5py are the same', async (t) => {
  const { data } = await trainFixture(t);
  const identity = await identityOf(data);
  assert.deepEqual(
    [identity.rows, identity.positives, identity.series, identity.patches],
    [48, 12, 4, '16x16x16, 1x1x1 mm, linear'],
  );
  const [copy, link, packed] = ['copy', 'link', 'packed'].map((name) => data.replace('16x16x16', name));
  copyFileSync(data, copy!);
  symlinkSync(data, link!);
  runPython(
    `import h5py, json, sys
source, target = json.load(sys.stdin)
with h5py.File(source) as a, h5py.File(target, 'w') as b:
    for name in a:
        if name == 'input':
            b.create_dataset(name, data=a[name][:].astype('f4'), chunks=(5, 512), compression='gzip')
            b[name].attrs.update(a[name].attrs)
        else: a.copy(name, b)
print('{}')`,
    [data, packed],
  );
  for (const file of [copy!, link!, packed!]) assert.deepEqual(await identityOf(file), identity);
});

test('dataIdentity() changes with any column, and with the voxels', async (t) => {
  const before = await identityOf(await fileOf(t));
  assert.deepEqual(dataDifferences(before, before), []);
  for (const [change, says] of [
    [(c: PatchColumns) => ({ ...c, notrain: [1, ...c.notrain.slice(1)] }), /^other classes, notrain/],
    [(c: PatchColumns) => ({ ...c, subsets: c.subsets.map((s) => s + 1) }), /^other classes/],
    [(c: PatchColumns) => ({ ...c, classes: [1, 0, ...c.classes.slice(2)] }), /^other classes/],
    [
      (c: PatchColumns) =>
        ({ ...c, centerWorldMm: [[0.5, 0, 0], ...c.centerWorldMm.slice(1)] }) as PatchColumns,
      /^other/,
    ],
    [(c: PatchColumns) => ({ ...c, seriesUid: c.seriesUid.map((uid) => `x${uid}`) }), /^other classes/],
    [
      (c: PatchColumns) => ({ ...c, seriesUid: c.seriesUid.map(() => 'one') }),
      /^1 series where there were 4$/,
    ],
    [
      (c: PatchColumns) => ({ ...c, classes: [1, ...c.classes.slice(1)] }),
      /^21 positives where there were 20$/,
    ],
    [brighter, /^other voxels$/],
  ] as const)
    assert.match(dataDifferences(await identityOf(await fileOf(t, change)), before).join(), says);
});

test('seriesSplit() names the series that training draws from, that choose, and that are held out', async (t) => {
  const { data } = await trainFixture(t);
  const patches = await openPatchFile(data);
  t.after(() => patches.close());
  const rows = scanLabels(patches);
  const split = seriesSplit(
    rows,
    splitRows(rows, { folds: 0, holdout: 2, validation: 3, seed: 0 }, data),
    await dataIdentity(patches, rows),
  );
  const { labels, ...series }: SeriesSplit = split;
  assert.match(labels, /^[0-9a-f]{64}$/);
  assert.deepEqual(series, { training: ['scan0', 'scan1'], validation: ['scan3'], heldOut: ['scan2'] });
});
