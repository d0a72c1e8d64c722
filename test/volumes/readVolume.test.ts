import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { InputError, InterruptedError } from '../../src/errors.js';
import {
  hashOfScan,
  readGeometry,
  readHashedVolume,
  readVolume,
  scanFiles,
} from '../../src/volumes/readVolume.js';
import { runPython } from '../python.js';

interface Reference {
  readonly path: string;
  readonly size: number[];
  readonly spacing: number[];
  readonly origin: number[];
  readonly direction: number[];
  readonly data: number[];
}

const folder = mkdtempSync(join(tmpdir(), 'voxlab-volumes-'));
let scans: readonly Reference[] = [];
after(() => rmSync(folder, { recursive: true }));
before(() => {
  scans = runPython<Reference[]>(
    `import json, sys, os, numpy as np, SimpleITK as sitk
folder = json.load(sys.stdin); rng = np.random.default_rng(1); out = []
c, s = np.cos(.4), np.sin(.4)
directions = [(1,0,0,0,1,0,0,0,1), (-1,0,0,0,-1,0,0,0,1), (c,-s,0,s,c,0,0,0,1), (0,0,1,1,0,0,0,1,0)]
kinds = [(e, t, z) for e, z in [('mhd', False), ('mhd', True), ('mha', False), ('mha', True), ('nrrd', False), ('nrrd', True), ('nii', False), ('nii.gz', True)]
         for t in ('int16', 'uint16', 'uint8', 'float32', 'float64')]
for n, (ending, kind, packed) in enumerate(kinds):
  a = (rng.integers(0, 250, (6, 5, 4)) if kind.startswith('u') else rng.normal(-200, 700, (6, 5, 4))).astype(kind)
  image = sitk.GetImageFromArray(a)
  image.SetSpacing((0.7, 0.85, 2.5)); image.SetOrigin((-120.25, 33, -700.5)); image.SetDirection(directions[n % 4])
  path = os.path.join(folder, f'{n}-{kind}.{ending}')
  sitk.WriteImage(image, path, packed)
  out.append(path)
# Big-endian raw MetaImage, and one with its voxels behind a header of its own file.
a = rng.normal(-200, 700, (3, 4, 5)).astype('>i2')
open(os.path.join(folder, 'big.raw'), 'wb').write(a.tobytes())
head = 'ObjectType = Image\\nNDims = 3\\nBinaryData = True\\nBinaryDataByteOrderMSB = True\\nOffset = 1 2 3\\nElementSpacing = 1 2 3\\nDimSize = 5 4 3\\nElementType = MET_SHORT\\nElementDataFile = '
open(os.path.join(folder, 'big.mhd'), 'w').write(head + 'big.raw\\n')
open(os.path.join(folder, 'local.mha'), 'wb').write((head + 'LOCAL\\n').encode() + a.tobytes())
out += [os.path.join(folder, 'big.mhd'), os.path.join(folder, 'local.mha')]
answer = []
for path in out:
  image = sitk.ReadImage(path)
  answer.append(dict(path=path, size=image.GetSize(), spacing=image.GetSpacing(), origin=image.GetOrigin(), direction=image.GetDirection(), data=sitk.GetArrayFromImage(image).ravel().tolist()))
print(json.dumps(answer))`,
    folder,
  );
});

test("readVolume() and readGeometry() equal SimpleITK's, for every format, element type, byte order and direction", async () => {
  assert.equal(scans.length, 42);
  for (const { path, size, spacing, origin, direction, data } of scans) {
    const volume = await readVolume(path);
    assert.deepEqual(volume.size, size, path);
    assert.deepEqual(Array.from(volume.data as ArrayLike<number>), data, path);
    // NIfTI stores the geometry in single precision.
    for (const geometry of [volume, await readGeometry(path)])
      for (const [ours, theirs] of [
        [geometry.spacingMm, spacing],
        [geometry.originMm, origin],
        [geometry.direction, direction],
      ] as const)
        for (const [i, value] of theirs.entries())
          assert.ok(Math.abs(ours[i]! - value) < 1e-5, `${path}: ${ours} instead of ${theirs}`);
  }
});

test('readHashedVolume() gives the volume of readVolume() and the sha256 of the files, in memory that was used before', async () => {
  const memory = new ArrayBuffer(4096);
  const skipping = join(folder, 'skipping.mhd');
  writeFileSync(
    skipping,
    readFileSync(join(folder, 'big.mhd'), 'utf8')
      .replace(/(?=ElementDataFile)/, 'HeaderSize = 7\n')
      .replace('big.raw', 'skip.raw'),
  );
  writeFileSync(join(folder, 'skip.raw'), Buffer.concat([Buffer.alloc(7, 1), Buffer.alloc(120, 2)]));
  for (const path of [...scans.map((scan) => scan.path), skipping]) {
    new Uint8Array(memory).fill(255);
    const { volume, sha256 } = await readHashedVolume(path, {}, () => memory);
    assert.deepEqual(volume, await readVolume(path), path);
    const hash = createHash('sha256');
    for (const file of await scanFiles(path)) hash.update(readFileSync(file));
    assert.equal(sha256, hash.digest('hex'), path);
    assert.equal(await hashOfScan(path), sha256, path);
  }
});

test('readVolume() names a scan that is cut short, of any format, in one line', async () => {
  for (const { path } of scans) {
    const voxels =
      existsSync(path.replace(/\.mhd$/, '.raw')) && path.endsWith('.mhd')
        ? path.replace(/\.mhd$/, '.raw')
        : path.endsWith('.mhd')
          ? path.replace(/\.mhd$/, '.zraw')
          : path;
    const whole = readFileSync(voxels);
    truncateSync(voxels, statSync(voxels).size - 20);
    await assert.rejects(
      readVolume(path),
      (error) =>
        error instanceof InputError &&
        error.message.includes(basename(path).split('.')[0]!) &&
        !error.message.includes('\n'),
      path,
    );
    writeFileSync(voxels, whole);
  }
});

test('readVolume() refuses what is missing, empty, junk, or of another kind', async () => {
  const refuses = async (name: string, content: string | undefined, reason: RegExp): Promise<void> => {
    const path = join(folder, name);
    if (content !== undefined) writeFileSync(path, content);
    await assert.rejects(
      readVolume(path),
      (error) => error instanceof InputError && reason.test(error.message),
      name,
    );
  };
  for (const ending of ['mhd', 'mha', 'nrrd', 'nii', 'nii.gz']) {
    await refuses(`missing.${ending}`, undefined, /expected a file, found nothing/);
    await refuses(`empty.${ending}`, '', /\.(mhd|mha|nrrd|nii)/);
    await refuses(`junk.${ending}`, 'junk '.repeat(300), /junk\./);
  }
  await refuses('scan.dcm', 'x', /expected a scan that ends in/);
  await refuses(
    'lonely.mhd',
    'NDims = 3\nDimSize = 2 2 2\nElementType = MET_SHORT\nElementDataFile = none.raw\n',
    /none\.raw/,
  );
});

test('readVolume() refuses a pipe at once, also in place of the voxels', async () => {
  const pipe = join(folder, 'pipe.nii');
  assert.equal(spawnSync('mkfifo', [pipe, join(folder, 'pipe.raw')]).status, 0);
  await assert.rejects(readVolume(pipe), /pipe\.nii: expected a file, found a pipe or a device/);
  const header = join(folder, 'piped.mhd');
  writeFileSync(header, 'NDims = 3\nDimSize = 2 2 2\nElementType = MET_SHORT\nElementDataFile = pipe.raw\n');
  await assert.rejects(readVolume(header), /pipe\.raw: expected a file, found a pipe or a device/);
});

test('readVolume() stops when the signal aborts', async () => {
  await assert.rejects(readVolume(scans[0]!.path, { signal: AbortSignal.abort() }), InterruptedError);
});

test('scanFiles() names header and voxels', async () => {
  assert.deepEqual(
    (await scanFiles(join(folder, 'big.mhd'))).map((file) => basename(file)),
    ['big.mhd', 'big.raw'],
  );
  assert.deepEqual(
    (await scanFiles(join(folder, 'local.mha'))).map((file) => basename(file)),
    ['local.mha'],
  );
});
