import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { huByClassFigure, huHistogramFigure } from '../../src/figures/huHistogram.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { runPython } from '../python.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';

test('huHistogramFigure() gives shares of voxels that sum to 100 %, with what lies beyond in the end bins', () => {
  const figure = huHistogramFigure(
    'intensities',
    [{ name: 'a', dataHu: Int16Array.of(-3000, -1000, -990, 0, 5000) }],
    { low: -1000, high: 100 },
  );
  const [trace] = figure.traces;
  assert.equal(trace!.x.length, 55);
  assert.equal(trace!.y[0], 60, 'three of five lie at or below -980');
  assert.equal(trace!.y[50], 20);
  assert.equal(trace!.y[54], 20);
  assert.equal(trace!.x[0], -990);
});

test("huByClassFigure() has the bins of numpy's histogram of each class, read by h5py", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-hu-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'p.hdf5');
  await writePatchFile(path, format, provenance, columns, [rowsOf(0, 5)]);
  const expected = runPython<number[][]>(
    `import json, sys, h5py, numpy as np
f = h5py.File(json.load(sys.stdin), 'r')
x, y = f['input'][...], f['output'][:, 0]
edges = np.arange(-1100, 1001, 20)
print(json.dumps([(100 * np.histogram(np.clip(x[y == c], -1100, 999), edges)[0] / x[y == c].size).tolist() for c in (1, 0)]))`,
    path,
  );
  const patches = await openPatchFile(path);
  t.after(() => patches.close());
  const { traces, text } = await huByClassFigure(patches);
  assert.deepEqual(
    traces.map(({ name }) => name),
    ['nodules (2 patches)', 'others (3 patches)'],
  );
  for (const [at, { y }] of traces.entries())
    for (const [bin, share] of y.entries())
      assert.ok(Math.abs(share! - expected[at]![bin]!) < 1e-9, `bin ${bin}: ${share} ${expected[at]![bin]}`);
  assert.match(text(), /nodules \(2 patches\): mean -?\d+ HU/);
  const some = await huByClassFigure(patches, { rowsOfClass: 2, names: ['benign', 'cancer'] });
  assert.deepEqual(
    some.traces.map(({ name }) => name),
    ['cancer (2 patches)', 'benign (2 of 3 patches)'],
  );
});

test('huHistogramFigure() leaves out voxels that are no finite number, and counts them; without a voxel it is empty', () => {
  const figure = huHistogramFigure('t', [{ name: 'a', dataHu: Float32Array.of(Number.NaN, 5, 6) }]);
  assert.match(figure.text(), /1 voxels are no finite number and left out/);
  assert.equal(Math.max(...figure.traces[0]!.y.map(Number)), 100);
  const empty = huHistogramFigure('t', [{ name: 'a', dataHu: new Int16Array(0) }]);
  assert.ok(empty.traces[0]!.y.every((share) => share === null));
  assert.match(empty.text(), /a: no voxel/);
});
