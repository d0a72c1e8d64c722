import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPatchFile } from '../../src/store/patchFile.js';
import { documentedPython } from '../exchange/documentedPython.js';
import { TORCH, whyNoTorch } from '../exchange/torch.js';
import { runPython } from '../python.js';
import { trainFixture } from '../training/trainFixture.js';

const READ = 'import json, sys\npath = json.load(sys.stdin)\n';

test('docs/interop.md: h5py and pandas read a patch file as described', async (t) => {
  const { data } = await trainFixture(t);
  const patches = await openPatchFile(data);
  t.after(() => patches.close());
  const row = new Int16Array(patches.voxelsPerRow);
  await patches.readRows([0], row);
  const h5py = runPython<unknown[]>(
    `${READ}${documentedPython('interop.md', 'is_nodule')}
print(json.dumps([list(patch.shape), patch.ravel().tolist(), is_nodule, uid]))`,
    data,
  );
  assert.deepEqual(h5py, [[16, 16, 16], [...row], true, 'scan0']);
  const pandas = runPython<unknown[]>(
    `${READ}${documentedPython('interop.md', 'pandas.DataFrame')}
print(json.dumps([by_subset.reset_index().values.tolist(), rows.iloc[5][['x', 'y', 'z']].tolist(), list(rows.index[[0, 47]])]))`,
    data,
  );
  assert.deepEqual(pandas, [[0, 1, 2, 3].map((subset) => [subset, 12, 3]), [5, -5, 2.5], ['scan0', 'scan3']]);
});

test('docs/interop.md: the Dataset of PyTorch feeds a loader with worker processes', {
  skip: whyNoTorch('h5py'),
}, async (t) => {
  const { data } = await trainFixture(t);
  const answer = runPython<unknown[]>(
    `${READ}${documentedPython('interop.md', 'class Patches')}
dataset = Patches(path)
batches = list(torch.utils.data.DataLoader(dataset, batch_size=16, num_workers=2))
print(json.dumps([len(dataset), [list(x.shape) for x, _ in batches], sum(int(y.sum()) for _, y in batches), str(batches[0][0].dtype)]))`,
    data,
    TORCH,
  );
  assert.deepEqual(answer, [48, Array(3).fill([16, 16, 16, 16, 1]), 12, 'torch.int16']);
});
