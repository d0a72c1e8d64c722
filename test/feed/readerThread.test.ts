import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AugmentPlan, SYMMETRIES } from '../../src/config/augmentPlan.js';
import { InputError } from '../../src/errors.js';
import type { FedBatch } from '../../src/feed/rowFeed.js';
import { openRowIndex } from '../../src/store/hdf5/openRowIndex.js';
import { runPython } from '../python.js';
import { collected, DIM, feedFixture, rowOf, VOXELS, withFeed } from './feedFixture.js';

test('rows of compressed chunks, and of files that only the HDF5 library reads, come through the same threads', async (t) => {
  const options = await feedFixture(t);
  const written = runPython<{ chunked: string; virtual: string; zstd: string; blosc: string }>(
    `import json, sys, h5py, hdf5plugin, numpy as np
path = json.load(sys.stdin)
x = (50 * np.arange(100)[:, None] + np.arange(${VOXELS})[None]).astype('<i2')
with h5py.File(path + '.chunked', 'w') as f:
  f.create_dataset('input', data=x, chunks=(3, 50), compression='gzip', shuffle=True, fletcher32=True)
with h5py.File(path + '.virtual', 'w') as f:
  layout = h5py.VirtualLayout(x.shape, '<i2'); layout[...] = h5py.VirtualSource(path + '.chunked', 'input', x.shape)
  f.create_virtual_dataset('input', layout)
for name, by in (('zstd', hdf5plugin.Zstd()), ('blosc', hdf5plugin.Blosc2(cname='lz4'))):
  with h5py.File(path + '.' + name, 'w') as f: f.create_dataset('input', data=x, chunks=(3, 50), **by)
print(json.dumps({name: path + '.' + name for name in ('chunked', 'virtual', 'zstd', 'blosc')}))`,
    options.access.path,
  );
  const straight = await withFeed(options, (feed) => collected(feed, 40));
  for (const [kind, file] of Object.entries(written)) {
    const access = await openRowIndex(file, 'input');
    assert.equal('because' in access, kind !== 'chunked');
    assert.deepEqual(await withFeed({ ...options, access }, (feed) => collected(feed, 40)), straight, kind);
  }
});

test('a damaged chunk is refused with row and byte, and is found by its checksum alone', async (t) => {
  const options = await feedFixture(t);
  const file = runPython<string>(
    `import json, sys, h5py, numpy as np
path = json.load(sys.stdin) + '.damaged'
with h5py.File(path, 'w') as f:
  d = f.create_dataset('input', data=np.zeros((100, ${VOXELS}), '<i2'), chunks=(1, ${VOXELS}), fletcher32=True)
  at = d.id.get_chunk_info(42).byte_offset
with open(path, 'r+b') as f: f.seek(at + 10); f.write(b'x')
print(json.dumps(path))`,
    options.access.path,
  );
  const access = await openRowIndex(file, 'input');
  await withFeed({ ...options, access }, async (feed) => {
    const batches = feed.batches([{ rows: Uint32Array.of(41) }, { rows: Uint32Array.of(42) }]);
    await batches.next();
    await assert.rejects(
      batches.next(),
      (error) =>
        error instanceof InputError &&
        error.file === file &&
        /row 42: the chunk at byte \d+ is damaged: .*checksum/i.test(error.message),
    );
  });
});

test('augmented batches depend on seed and place alone, whoever reads which part of them', async (t) => {
  const plan: AugmentPlan = { ...SYMMETRIES, noise: 10 };
  const options = { ...(await feedFixture(t)), augment: { plan, seed: 5 } };
  const one = await withFeed({ ...options, readers: 1 }, (feed) => collected(feed, 20));
  const three = await withFeed({ ...options, readers: 3 }, (feed) => collected(feed, 20));
  assert.deepEqual(one, three);
  assert.notDeepEqual(one[0]!.inputHu.subarray(0, VOXELS), rowOf(one[0]!.rows[0]!));
  const other = await withFeed({ ...options, augment: { plan, seed: 6 } }, (feed) => collected(feed, 20));
  assert.notDeepEqual(one, other);
  // Two processes, each its half of a batch: the same patches as in one.
  const rows = Uint32Array.of(7, 8, 9, 10);
  const of = (first: number, to: number): Promise<number[]> =>
    withFeed(options, async (feed) => {
      const request = { rows: rows.slice(first, to), place: { step: 3, first } };
      return [...((await feed.batches([request]).next()).value as FedBatch).inputHu];
    });
  assert.deepEqual([...(await of(0, 2)), ...(await of(2, 4))], await of(0, 4));
});

test('middles of patches are handed on after all else: a shift brings in what lay around', async (t) => {
  const options = { ...(await feedFixture(t)), crop: 2, augment: { plan: { shift: 1 }, seed: 3 } };
  const firsts = await withFeed(options, async (feed) => {
    assert.equal(feed.voxelsPerRow, 8);
    const found: number[] = [];
    for (const { rows, inputHu } of await collected(feed, 10))
      for (const [i, row] of rows.entries()) {
        const places = [...inputHu.subarray(8 * i, 8 * i + 8)].map((hu) => hu - 50 * row);
        assert.deepEqual(
          places,
          [0, 1, DIM, DIM + 1]
            .flatMap((step) => step + places[0]!)
            .concat([0, 1, DIM, DIM + 1].map((step) => step + DIM ** 2 + places[0]!)),
        );
        found.push(places[0]!);
      }
    return found;
  });
  const middle = (2 * DIM + 2) * DIM + 2;
  const offsets = new Set(firsts.map((first) => first - middle));
  assert.ok(offsets.size > 8 && [...offsets].every((offset) => Math.abs(offset) <= DIM ** 2 + DIM + 1));
  const [plain] = await withFeed(options, async (feed) => {
    const { inputHu } = (await feed.batches([{ rows: Uint32Array.of(4) }]).next()).value as FedBatch;
    return [inputHu[0]];
  });
  assert.equal(plain, 50 * 4 + middle);
});
