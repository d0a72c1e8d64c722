import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { shapeName } from '../../../src/store/hdf5/datasetDescription.js';
import { openPatchFile } from '../../../src/store/patchFile.js';
import { writeForeign } from '../foreignFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-description-'));
after(() => rmSync(folder, { recursive: true }));

test('descriptionOf(): attributes of every type become JSON; what the library cannot read says so', async () => {
  const { odd } = writeForeign(folder, {
    odd: `a = f['output'].attrs
a['whole'] = 1; a['bool'] = True; a['list'] = np.arange(3); a['null'] = h5py.Empty('f4'); a['text'] = 'x'; a['texts'] = ['a', 'b']
a['compound'] = np.zeros(2, [('a', 'i4'), ('b', 'i8')]); a['reference'] = f['input'].ref; a['complex'] = 1 + 2j; a['opaque'] = np.void(b'abc')
a['half'] = np.float16(1); a['wide'] = np.float128(1); a['big'] = np.uint64(2**63); a['nan'] = np.nan; a['region'] = f['input'].regionref[0:2]
a.create('ragged', np.array([np.arange(2), np.arange(3)], dtype=object), dtype=h5py.vlen_dtype('i8')); a['enum'] = np.array([1, 2], h5py.enum_dtype({'a': 1, 'b': 2}))`,
  });
  const patches = await openPatchFile(odd);
  const described = JSON.parse(JSON.stringify(patches.datasets().output?.attributes));
  patches.close();
  assert.match(described.half, /^not read: Float16/);
  assert.match(described.wide, /^not read: Float128/);
  assert.deepEqual(
    { ...described, half: 0, wide: 0 },
    {
      ...{
        whole: 1,
        bool: 1,
        list: [0, 1, 2],
        null: null,
        text: 'x',
        texts: ['a', 'b'],
        big: 2 ** 63,
        nan: null,
      },
      compound: [
        [0, 0],
        [0, 0],
      ],
      reference: ['reference'],
      region: ['reference'],
      complex: [1, 2],
      opaque: [97, 98, 99],
      ragged: [
        [0, 1],
        [0, 1, 2],
      ],
      enum: [1, 2],
      ...{ half: 0, wide: 0 },
    },
  );
});

test('shapeName() has words for what has no axes', () => {
  assert.deepEqual([null, [], [7], [7, 60]].map(shapeName), ['no values', 'one value', '7', '7 x 60']);
});
