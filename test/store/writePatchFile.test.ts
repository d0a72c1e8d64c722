import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRepository } from '../../src/paths.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { runPython } from '../python.js';
import { columns, format, provenance, rowsOf, VOXELS } from './patchFixture.js';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-store-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("writePatchFile(): h5py reads the original project's names, shapes and types, and every value", async (t) => {
  const path = join(scratch(t), 'p.hdf5');
  await writePatchFile(path, format, provenance, columns, [rowsOf(0, 2), rowsOf(2, 3)]);
  const read = runPython<Record<string, unknown>>(
    `import json, sys, h5py
f = h5py.File(json.load(sys.stdin), 'r')
d = {k: dict(shape=list(f[k].shape), dtype=str(f[k].dtype), chunks=f[k].chunks) for k in f}
a = f['input'].attrs
print(json.dumps(dict(datasets=d, input=f['input'][...].tolist(), output=f['output'][:, 0].tolist(),
  notrain=f['notrain'][:, 0].tolist(), reason=f['notrain_reason'][:, 0].tolist(), subsets=f['subsets'][:, 0].tolist(),
  centroid=f['centroid'][...].tolist(), uuid=[u.decode() for u in f['uuid'][:, 0]],
  attrs=dict(lshape=a['lshape'].tolist(), axes=a['axes'], spacing=a['spacing'].tolist(), intensity=a['intensity'], interpolation=a['interpolation']),
  root={k: (v if isinstance(v, str) else int(v)) for k, v in f.attrs.items()})))`,
    path,
  );
  const column = (dtype: string, width = 1) => ({ shape: [5, width], dtype, chunks: null });
  assert.deepEqual(read.datasets, {
    centroid: column('float64', 3),
    input: column('int16', VOXELS),
    notrain: column('int64'),
    notrain_reason: column('int64'),
    output: column('int64'),
    subsets: column('int64'),
    uuid: column('object'),
  });
  assert.deepEqual((read.input as number[][]).flat(), [...rowsOf(0, 5)]);
  assert.deepEqual(
    [read.output, read.notrain, read.reason, read.subsets, read.centroid, read.uuid],
    [
      columns.classes,
      columns.notrain,
      columns.notrainReason,
      columns.subsets,
      columns.centerWorldMm,
      columns.seriesUid,
    ],
  );
  assert.deepEqual(read.attrs, {
    lshape: [4, 4, 3, 1],
    axes: 'zyx',
    spacing: [1, 1, 2],
    intensity: 'HU',
    interpolation: 'linear',
  });
  assert.deepEqual(read.root, {
    formatVersion: 1,
    program: 'voxlab test',
    settings: '{"dim":4,"slices":3}',
    scans: '{"a":"00","é":"11"}',
  });
});

test('writePatchFile() gives the same bytes at another time and for other blocks', async (t) => {
  const folder = scratch(t);
  await writePatchFile(join(folder, 'a'), format, provenance, columns, [rowsOf(0, 5)]);
  await sleep(1100);
  await writePatchFile(join(folder, 'b'), format, provenance, columns, [rowsOf(0, 1), rowsOf(1, 4)]);
  assert.ok(readFileSync(join(folder, 'a')).equals(readFileSync(join(folder, 'b'))));
  assert.deepEqual(readdirSync(folder).sort(), ['a', 'b']);
});

test('writePatchFile() writes a file of no rows, as a shard without a scan has it', async (t) => {
  const path = join(scratch(t), 'p.hdf5');
  const none = Object.fromEntries(
    Object.keys(columns).map((name) => [name, []]),
  ) as unknown as typeof columns;
  await writePatchFile(path, format, provenance, none, []);
  const shapes = runPython<Record<string, number[]>>(
    "import json, sys, h5py; f = h5py.File(json.load(sys.stdin), 'r'); print(json.dumps({k: list(f[k].shape) for k in f}))",
    path,
  );
  assert.deepEqual(
    [shapes.input, shapes.output, shapes.uuid],
    [
      [0, VOXELS],
      [0, 1],
      [0, 1],
    ],
  );
});

test('writePatchFile() refuses columns and blocks that do not fit, and leaves nothing', async (t) => {
  const folder = scratch(t);
  const write = (blocks: Int16Array[], more = {}) =>
    writePatchFile(join(folder, 'p'), format, provenance, { ...columns, ...more }, blocks);
  await assert.rejects(write([rowsOf(0, 4)]), /Expected 5 rows of voxels, received 4/);
  await assert.rejects(write([rowsOf(0, 5), rowsOf(0, 1)]), /Expected 5 rows of voxels, received more/);
  await assert.rejects(write([new Int16Array(VOXELS + 1)]), /whole rows of 48 voxels/);
  await assert.rejects(write([rowsOf(0, 5)], { subsets: [1] }), /Expected 5 values of subsets/);
  await assert.rejects(write([], { classes: [] }), /Expected 0 values of notrain, as of classes, received 5/);
  assert.deepEqual(readdirSync(folder), []);
});

test('writePatchFile() leaves a folder of its name as it is, and says that it cannot be written', async (t) => {
  const folder = scratch(t);
  const path = join(folder, 'p.hdf5');
  mkdirSync(path);
  await assert.rejects(
    writePatchFile(path, format, provenance, columns, [rowsOf(0, 5)]),
    /^EnvironmentError: .*p\.hdf5 cannot be written \(illegal operation on a directory\)/,
  );
  assert.deepEqual(readdirSync(folder), ['p.hdf5']);
});

test('writePatchFile() on a full disk says so, and leaves nothing', (t) => {
  const path = join(scratch(t), 'p.hdf5');
  // A limit on the size of files stands for a disk that fills up: the write fails with an error in the middle.
  const program = `
    process.on('SIGXFSZ', () => {});
    import { writePatchFile } from ${JSON.stringify(inRepository('dist/src/store/writePatchFile.js'))};
    import { columns, format, provenance } from ${JSON.stringify(inRepository('dist/test/store/patchFixture.js'))};
    const large = { ...format, dim: 256, slices: 8 };
    const block = new Int16Array(256 * 256 * 8);
    await writePatchFile(${JSON.stringify(path)}, large, provenance, columns, [block, block, block, block, block])
      .catch((error) => { console.log(error._tag, error.message); });`;
  const run = spawnSync(
    'bash',
    ['-c', 'ulimit -f 2048; exec "$0" --input-type=module -e "$1"', process.execPath, program],
    { encoding: 'utf8', timeout: 30_000 },
  );
  assert.match(
    run.stdout,
    /^EnvironmentError .*p\.hdf5 cannot be written \(File too large\): make room/,
    run.stderr,
  );
  assert.ok(!existsSync(path) && !existsSync(`${path}.partial`));
});
