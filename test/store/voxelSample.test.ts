import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { openRows } from '../../src/store/hdf5/openRows.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import {
  requireVoxels,
  sampleVoxels,
  type VoxelSample,
  valueScale,
  voxelFaults,
} from '../../src/store/voxelSample.js';
import { writeForeign } from './foreignFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-voxel-sample-'));
after(() => rmSync(folder, { recursive: true }));

const UNIT = '(x + 1000) / 1400.';

/** What to do with the voxels x, and the fault of reading them as HU. */
const KINDS: Readonly<Record<string, readonly [python: string, fault: RegExp | undefined]>> = {
  hu: ['pass', undefined],
  'hu-float': ["voxels(x.astype('f4') + 0.25)", undefined],
  unit: [`voxels((${UNIT}).astype('f4'))`, /which rounding would lose; INTENSITY = unit/],
  'unit-half': [`voxels((${UNIT}).astype('f2'))`, /which rounding would lose; INTENSITY = unit/],
  'z-scored': [
    "voxels((x - x.mean()) / x.std(), dtype='f8')",
    /which rounding would lose; INTENSITY = float/,
  ],
  stored: ["voxels((x + 1024).astype('u2'))", /expected Hounsfield units \(air is -1000.*add the intercept/],
  constant: ['voxels(x * 0 - 1000)', /expected voxels that differ, received -1000 everywhere/],
  'some-nan': [
    "y = x.astype('f4'); y[1, 3] = np.nan; y[4] = np.inf; voxels(y)",
    /2 of 6 rows looked at have voxels that are NaN or infinite \(first: row 1, 4\)/,
  ],
  'all-nan': ["voxels(np.full((6, 64), np.nan, 'f8'))", /6 of 6 rows/],
};

test('voxelFaults() says which voxels are no HU, and which can be learned from in no way', async () => {
  const files = writeForeign(
    folder,
    Object.fromEntries(Object.entries(KINDS).map(([kind, [python]]) => [kind, python])),
  );
  for (const [kind, path] of Object.entries(files)) {
    const patches = await openPatchFile(path);
    const sample = await sampleVoxels(patches);
    patches.close();
    const fault = KINDS[kind]![1];
    const found = voxelFaults(sample, 'hu');
    assert.equal(found.length, fault === undefined ? 0 : 1, `${kind}: ${found.join()}`);
    if (fault === undefined) requireVoxels(path, sample, 'hu');
    else
      assert.throws(
        () => requireVoxels(path, sample, 'hu'),
        (error) => error instanceof InputError && fault.test(error.message) && error.message.includes(path),
        kind,
      );
  }
});

const SAMPLE: VoxelSample = {
  ...{ rows: 9, notFinite: [], low: 0, high: 1, low01: 0, high999: 1, hasFractions: true },
};

test('voxelFaults() takes unit and float for what they are', () => {
  assert.deepEqual(voxelFaults(SAMPLE, 'unit'), []);
  assert.match(
    voxelFaults({ ...SAMPLE, high: 255 }, 'unit').join(),
    /expected voxels from 0 to 1, received 0 to 255/,
  );
  assert.deepEqual(voxelFaults({ ...SAMPLE, low: -4, high: 9 }, 'float'), []);
  assert.match(voxelFaults({ ...SAMPLE, high: 0 }, 'float').join(), /expected voxels that differ/);
  assert.deepEqual(voxelFaults({ ...SAMPLE, rows: 0, low: 1, high: -1 }, 'hu'), []);
});

test('rows are read through the scale that puts unit and float voxels into the window, rounded by less than 0.1 %', async () => {
  const window = { low: -1000, high: 400 };
  assert.equal(valueScale(SAMPLE, 'hu', window), undefined);
  assert.deepEqual(valueScale(SAMPLE, 'unit', window), { slope: 1400, intercept: -1000 });
  assert.deepEqual(valueScale({ ...SAMPLE, low01: -2, high999: 5 }, 'float', window), {
    slope: 200,
    intercept: -600,
  });
  const files = writeForeign(folder, {
    scaled: `voxels((${UNIT}).astype('f4'))`,
    'scaled-packed': `voxels((${UNIT}).astype('f8'), chunks=(2, 16), **hdf5plugin.Zstd())`,
    plain: 'pass',
  });
  const rowsOf = async (path: string, scale?: { slope: number; intercept: number }): Promise<Int16Array> => {
    const patches = await openPatchFile(path);
    const rows = await openRows({ ...patches.input, ...(scale === undefined ? {} : { scale }) });
    const into = new Int16Array(2 * 64);
    for (const row of [0, 1]) rows.readRow(row, into, 64 * row);
    rows.close();
    patches.close();
    return into;
  };
  const plain = await rowsOf(files.plain);
  const scale = valueScale(SAMPLE, 'unit', window)!;
  for (const path of [files.scaled, files['scaled-packed']])
    assert.deepEqual(await rowsOf(path, scale), plain, path);
});

test('a row with a voxel that is not finite is refused as it is read, of every float type', async () => {
  const files = writeForeign(
    folder,
    Object.fromEntries(
      ['f2', 'f4', 'f8'].flatMap((type) =>
        ['nan', 'inf', '-inf'].map((value) => [
          `${type}${value}`,
          `y = x.astype('${type}'); y[2, 5] = float('${value}'); y[3] = -32768; voxels(y)`,
        ]),
      ),
    ),
  );
  for (const path of Object.values(files)) {
    const patches = await openPatchFile(path);
    const into = new Int16Array(64);
    await patches.readRows([1], into);
    await patches.readRows([3], into);
    assert.equal(into[0], -32768, 'the lowest is finite');
    await assert.rejects(
      patches.readRows([2], into),
      (error) => error instanceof InputError && /row 2: voxel 5 is NaN or infinite/.test(error.message),
    );
    patches.close();
  }
});
