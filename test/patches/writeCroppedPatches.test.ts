import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CropOptions } from '../../src/patches/cropOptions.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { runPython } from '../python.js';
import { cropFixture, cropOne } from './cropFixture.js';

test('a crop records the window, or the z-score or percentiles of all rows as h5py and numpy find them', async (t) => {
  const normalisations: Record<string, NonNullable<CropOptions['normalise']>> = {
    window: { kind: 'window', lowHu: -1350, highHu: 150 },
    zscore: { kind: 'zscore' },
    percentile: { kind: 'percentile', lowPercent: 0.5, highPercent: 99.5 },
  };
  const options = cropFixture(t);
  const plain = await cropOne(options);
  for (const [kind, normalise] of Object.entries(normalisations)) {
    const { file } = await cropOne({ ...options, normalise, outFolder: `${options.folder}/${kind}` });
    const [name, ends, mean, deviation, low, high, same] = runPython<
      [string, [number, number], number, number, number, number, boolean]
    >(
      `import json,sys,h5py,numpy as np
file,plain=json.load(sys.stdin)
f=h5py.File(file); x=f['input'][:].astype(np.float64)
a=f['input'].attrs
print(json.dumps([a['normalisation'] if isinstance(a['normalisation'],str) else a['normalisation'].decode(),list(a['normalisationHu']),x.mean(),x.std(),*np.percentile(x,[0.5,99.5]),bool((x==h5py.File(plain)['input'][:]).all())]))`,
      [file, plain.file],
    );
    const expected = { window: [-1350, 150], zscore: [mean, mean + deviation], percentile: [low, high] }[
      kind
    ]!;
    assert.equal(name, kind);
    for (const [i, end] of ends.entries()) assert.ok(Math.abs(end - expected[i]!) < 1e-6, `${kind}: ${ends}`);
    assert.ok(same, 'the rows stay HU');
    const patches = await openPatchFile(file);
    assert.deepEqual(patches.format.normalisation, { kind, lowHu: ends[0], highHu: ends[1] });
    assert.deepEqual(patches.provenance!.settings.normalise, normalise);
    patches.close();
  }
});
