import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readVolume } from '../../../src/volumes/readVolume.js';
import { runPython } from '../../python.js';
import { series, type Tags, writeSlices } from '../dicomFixture.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-window-'));
after(() => rmSync(root, { recursive: true, force: true }));

let written = 0;
const windowOf = async (of: (i: number) => Tags, count = 3) =>
  (await readVolume(writeSlices(join(root, String(written++)), series(count, of)))).displayWindow;

/** Where each of the values lies between black (0) and white (1). */
const PROGRAM = `
import json, sys, numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import apply_windowing
q = json.load(sys.stdin)
ds = Dataset()
ds.PhotometricInterpretation, ds.BitsStored, ds.PixelRepresentation = 'MONOCHROME2', 16, 1
ds.RescaleSlope, ds.RescaleIntercept = 1, 0
ds.WindowCenter, ds.WindowWidth = q['center'], q['width']
if q['function']: ds.VOILUTFunction = q['function']
seen = apply_windowing(np.array(q['values'], float), ds)
print(json.dumps(((seen + 32768) / 65535).tolist()))
`;

test("the window of a DICOM scan draws the grey that pydicom's apply_windowing() draws", async () => {
  const values = [-2000, -601, -600, -50, 0, 39.5, 40, 41, 200, 239, 240, 2000];
  for (const [center, width, named] of [
    ['40', '400', undefined],
    ['-600', '1500', 'LINEAR'],
    ['40.5', '3', 'LINEAR_EXACT'],
  ] as const) {
    const { low, high } = (await windowOf(() => ({
      '0028,1050': center,
      '0028,1051': width,
      '0028,1056': named,
    })))!;
    const shares = values.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
    const expected = runPython<number[]>(PROGRAM, { values, center, width, function: named ?? '' });
    for (const [at, share] of shares.entries())
      assert.ok(Math.abs(share - expected[at]!) < 1e-9, `${named} ${values[at]}: ${share}, ${expected[at]}`);
  }
});

test('the window of a DICOM scan is the first one of its middle slice, and what cannot be drawn is left out', async () => {
  const first = await windowOf((i) => ({ '0028,1050': `${i}\\9`, '0028,1051': '101\\7' }));
  assert.deepEqual(first, { low: -49.5, high: 50.5 });
  for (const [center, width] of [
    ['40', '0'],
    ['40', '1'],
    ['', '400'],
    ['forty', '400'],
    [undefined, undefined],
    ['40', '-400'],
  ])
    assert.equal(await windowOf(() => ({ '0028,1050': center, '0028,1051': width })), undefined);
});
