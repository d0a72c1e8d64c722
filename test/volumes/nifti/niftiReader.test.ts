import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { InputError } from '../../../src/errors.js';
import { hashOfScan, readHashedVolume, readVolume, scanFiles } from '../../../src/volumes/readVolume.js';
import { runPython } from '../../python.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-nifti-'));
after(() => rmSync(folder, { recursive: true }));

interface Reference {
  readonly path: string;
  /** nibabel's: rows of voxel index -> RAS, in the header's units. */
  readonly affine: number[][];
  /** Millimetres in one of them. */
  readonly unit: number;
  readonly size: number[];
  readonly data: number[];
}

/** Every combination of what a NIfTI file may be, written by nibabel, and what nibabel reads from it. */
const COMBINATIONS = `import gzip, itertools, json, os, sys, numpy as np, nibabel as nib
folder = json.load(sys.stdin); rng = np.random.default_rng(21); out = []
TYPES = ['uint8','int8','int16','uint16','int32','uint32','int64','uint64','float32','float64']
def rotation():
  q, _ = np.linalg.qr(rng.normal(size=(3, 3))); return q
for n, (version, endian, kind, packing, frame, scaling, unit) in enumerate(itertools.product((1, 2), '<>', TYPES, ('nii', 'nii.gz', 'pair'), ('sform', 'qform', 'both'), (None, (2, -1024), (0.25, 1.5)), (0, 2, 3))):
  if n % 3: continue
  shape = tuple(int(v) for v in rng.integers(2, 6, 3))
  data = (rng.normal(-200, 700, shape) if kind.startswith('float') else rng.integers(0, 120, shape) if kind.startswith('u') or kind == 'int8' else rng.integers(-1200, 3000, shape)).astype(kind)
  header = {1: nib.Nifti1Header, 2: nib.Nifti2Header}[version](endianness=endian)
  pair = packing == 'pair'
  image = {(1, False): nib.Nifti1Image, (1, True): nib.Nifti1Pair, (2, False): nib.Nifti2Image, (2, True): nib.Nifti2Pair}[version, pair](data, None, header)
  scale = 1 / 1e-3 if unit == 3 else 1
  spacing = np.array([0.7, 0.8, 2.5]) * scale
  affine = np.eye(4); affine[:3, :3] = rotation() @ np.diag(spacing); affine[:3, 3] = rng.normal(0, 200, 3) * scale
  image.header.set_data_dtype(np.dtype(kind).newbyteorder(endian))
  image.set_sform(affine if frame != 'qform' else None, code=1 if frame != 'qform' else 0, update_affine=False)
  image.set_qform(affine if frame != 'sform' else None, code=1 if frame != 'sform' else 0, update_affine=False)
  image.header['xyzt_units'] = unit
  if n % 2 and not pair: image.header.extensions.append(nib.nifti1.Nifti1Extension('comment', b'some words'))
  stem = os.path.join(folder, str(n)); path = stem + ('.hdr' if pair else '.nii')
  image.to_filename(path)
  raw = bytearray(open(path, 'rb').read())
  order, at = endian, {1: (112, 'f4', 4), 2: (176, 'f8', 8)}[version]
  slope = scaling or (0, 0)
  raw[at[0]:at[0] + 2 * at[2]] = np.array(slope, endian + at[1]).tobytes()
  open(path, 'wb').write(raw)
  if packing == 'nii.gz':
    os.remove(path); path += '.gz'; open(path, 'wb').write(gzip.compress(bytes(raw)))
  back = nib.load(path)
  out.append(dict(path=path, affine=back.affine.tolist(), unit={0: 1, 2: 1, 3: 1e-3}[unit], size=shape, data=np.asarray(back.dataobj).astype('float64').ravel('F').tolist()))
print(json.dumps(out))`;

test("readVolume() equals nibabel's, for every version, byte order, type, packing, frame, scaling and unit of NIfTI", async () => {
  const references = runPython<Reference[]>(COMBINATIONS, folder);
  assert.equal(references.length, 1080);
  let largest = 0;
  for (const { path, affine, unit, size, data } of references) {
    const { volume, sha256 } = await readHashedVolume(path);
    assert.deepEqual(volume.size, size, path);
    assert.equal(volume.data.length, data.length, path);
    for (const [i, value] of data.entries()) {
      // Single precision holds scaled values.
      const apart = Math.abs(volume.data[i]! - value) / Math.max(1, Math.abs(value));
      assert.ok(apart <= 6e-8, `${path}: ${volume.data[i]} instead of ${value}`);
    }
    for (const [row, ours] of [0, 1, 2].map((r) => [r, rowOf(volume, r)] as const))
      for (const [i, value] of affine[row]!.entries()) {
        const expected = value * unit * (row < 2 ? -1 : 1);
        largest = Math.max(largest, Math.abs(ours[i]! - expected));
      }
    const hash = createHash('sha256');
    for (const file of await scanFiles(path)) hash.update(readFileSync(file));
    assert.equal(sha256, hash.digest('hex'), path);
    assert.equal(await hashOfScan(path), sha256, path);
  }
  // nibabel keeps a qform's rotation in float64 from float32 quaternions; positions in mm.
  assert.ok(largest < 1e-3, `positions differ by ${largest} mm`);
});

/** Of the matrix voxel index -> LPS. */
function rowOf(
  { direction, spacingMm, originMm }: Awaited<ReturnType<typeof readVolume>>,
  row: number,
): number[] {
  return [...[0, 1, 2].map((axis) => direction[3 * row + axis]! * spacingMm[axis]!), originMm[row]!];
}

/** A NIfTI-1 file of 4 x 3 x 2 int16; `change` patches its header. */
function file(
  name: string,
  change: (header: Buffer) => void = () => {},
  voxels = Buffer.alloc(48, 7),
): string {
  const header = Buffer.alloc(352);
  header.writeInt32LE(348, 0);
  for (const [i, n] of [3, 4, 3, 2, 1, 1, 1, 1].entries()) header.writeInt16LE(n, 40 + 2 * i);
  header.writeInt16LE(4, 70);
  header.writeInt16LE(16, 72);
  for (const [i, n] of [1, 0.7, 0.8, 2.5].entries()) header.writeFloatLE(n, 76 + 4 * i);
  header.writeFloatLE(352, 108);
  header[123] = 2;
  header.writeInt16LE(1, 254);
  for (const [at, n] of [
    [280, -0.7],
    [300, -0.8],
    [320, 2.5],
  ] as const)
    header.writeFloatLE(n, at);
  header.write('n+1', 344, 'latin1');
  change(header);
  const path = join(folder, name);
  const bytes = Buffer.concat([header, voxels]);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}

async function refuses(path: string, reason: RegExp): Promise<void> {
  await assert.rejects(
    readVolume(path),
    (error) =>
      error instanceof InputError &&
      error.message.includes(basename(path).split('.')[0]!) &&
      /^[^\n]*$/.test(error.message) &&
      reason.test(error.message),
    String(reason),
  );
}

test('readVolume() of a NIfTI file keeps NaN and infinite voxels, which crop then refuses', async () => {
  const voxels = Buffer.alloc(96);
  voxels.writeFloatLE(Number.NaN, 4);
  voxels.writeFloatLE(Number.POSITIVE_INFINITY, 8);
  const { data } = await readVolume(file('nan.nii', (header) => header.writeInt16LE(16, 70), voxels));
  assert.deepEqual([data[0], data[1], data[2]], [0, Number.NaN, Number.POSITIVE_INFINITY]);
});

test('readVolume() reads the file that is named, not another one of the same stem', async () => {
  const plain = file('twin.nii', undefined, Buffer.alloc(48, 1));
  const packed = file('twin.nii.gz', undefined, Buffer.alloc(48, 2));
  assert.equal((await readVolume(plain)).data[0], 0x0101);
  assert.equal((await readVolume(packed)).data[0], 0x0202);
  // What it is decides, not what it is called.
  renameSync(packed, join(folder, 'renamed.nii'));
  assert.equal((await readVolume(join(folder, 'renamed.nii'))).data[0], 0x0202);
});

test('readVolume() refuses a NIfTI file whose voxels are cut short, too many or corrupt', async () => {
  await refuses(
    file('short.nii', undefined, Buffer.alloc(47)),
    /expected 48 bytes \(4 x 3 x 2 int16\), found 47/,
  );
  await refuses(
    file('short.nii.gz', undefined, Buffer.alloc(47)),
    /expected 48 bytes when unpacked .*found 47/,
  );
  await refuses(
    file('more.nii', undefined, Buffer.alloc(72)),
    /expected 48 bytes of voxels as dim and datatype of more\.nii say .*found 72/,
  );
  assert.equal((await readVolume(file('padded.nii', undefined, Buffer.alloc(60, 3)))).data[23], 0x0303);
  const packed = file('cut.nii.gz');
  const whole = readFileSync(packed);
  writeFileSync(packed, whole.subarray(0, -6));
  await refuses(packed, /corrupt or cut short/);
  const flipped = Buffer.from(whole);
  flipped[flipped.length - 8]! ^= 1;
  writeFileSync(packed, flipped);
  await refuses(packed, /corrupt or cut short \(incorrect data check\)/);
  writeFileSync(packed, Buffer.concat([whole, Buffer.from('junk behind the end')]));
  await refuses(packed, /bytes follow the end of the compressed stream that belong to no other one/);
  // Zeros are padding, and a second stream goes on with the first.
  writeFileSync(packed, Buffer.concat([whole, Buffer.alloc(100)]));
  assert.equal((await readVolume(packed)).data[0], 0x0707);
  assert.equal((await readHashedVolume(packed)).sha256, await hashOfScan(packed), 'they are in the hash');
  const bytes = gunzipSync(whole);
  writeFileSync(packed, Buffer.concat([gzipSync(bytes.subarray(0, 360)), gzipSync(bytes.subarray(360))]));
  assert.equal((await readVolume(packed)).data[23], 0x0707);
});

test('readVolume() of a NIfTI file with one volume in four or five dimensions', async () => {
  const plain = await readVolume(file('3d.nii', () => {}));
  for (const dimensions of [4, 5]) {
    const path = file(`${dimensions}d-of-one.nii`, (header) => {
      header.writeInt16LE(dimensions, 40);
      for (let axis = 4; axis <= dimensions; axis++) header.writeInt16LE(1, 40 + 2 * axis);
    });
    assert.deepEqual(await readVolume(path), plain);
  }
});

test('readVolume() names the field of a NIfTI header that is wrong', async () => {
  const short = (at: number, value: number) => (header: Buffer) => header.writeInt16LE(value, at);
  const float = (at: number, value: number) => (header: Buffer) => header.writeFloatLE(value, at);
  await refuses(
    file('4d.nii', (h) => [short(40, 4)(h), short(48, 10)(h)]),
    /dim: .* 4 dimensions of 4 x 3 x 2 x 10 \(10 volumes in one file\); save each as a file of its own/,
  );
  await refuses(file('2d.nii', short(40, 2)), /dim: expected the sizes of 3 dimensions, received 2/);
  await refuses(file('negative.nii', short(44, -3)), /dim: .*4 x -3 x 2/);
  await refuses(file('rgb.nii', short(70, 128)), /datatype: .*received 128, colours/);
  await refuses(file('type.nii', short(70, 77)), /datatype: .*received 77/);
  await refuses(
    file('offset.nii', float(108, 0)),
    /vox_offset: expected a whole number from 352, received 0/,
  );
  await refuses(
    file('inter.nii', (h) => [float(112, 2)(h), float(116, Number.NaN)(h)]),
    /scl_inter: .*NaN with scl_slope 2/,
  );
  await refuses(file('srow.nii', float(280, Number.NaN)), /srow_x.*received NaN/);
  await refuses(
    file('analyze.hdr', (h) => h.fill(0, 344, 348)),
    /magic: expected n\+1 or ni1, received "": Analyze/,
  );
  await refuses(
    file('pair.hdr', (h) => h.write('ni1', 344)),
    /pair\.img, which is not beside it/,
  );
  await refuses(
    file('tiny.nii.gz', (h) => h.writeInt32LE(77, 0)),
    /header says 348 or 540 bytes of itself/,
  );
  await refuses(
    file('micron.nii', (h) => h.writeInt8(3, 123)),
    /spacing of the header, whose xyzt_units say micron: .*received 0\.0007 x 0\.0008 x 0\.0025 mm/,
  );
  await refuses(
    file('metre.nii', (h) => h.writeInt8(1, 123)),
    /xyzt_units say metre: .*received 700 x 800 x 2500 mm/,
  );
});

test('readVolume() asks which frame is meant where sform and qform differ, and takes the answer', async () => {
  const qform = (offset: number) => (header: Buffer) => {
    header.writeInt16LE(1, 252);
    header.writeFloatLE(0, 256);
    header.writeFloatLE(0, 260);
    header.writeFloatLE(1, 264); // half a turn about z: -x, -y as the sform has
    header.writeFloatLE(offset, 276);
  };
  assert.deepEqual((await readVolume(file('same.nii', qform(0)))).originMm, [0, 0, 0]);
  const moved = file('moved.nii', qform(12.5));
  await refuses(
    moved,
    /sform and qform place voxel 0, 0, 0 12\.50 mm apart: at 0\.00, 0\.00, 0\.00 \(sform\) and 0\.00, 0\.00, 12\.50 \(qform; LPS, mm\); .*--nifti-frame sform or --nifti-frame qform/,
  );
  assert.equal((await readVolume(moved, { niftiFrame: 'sform' })).originMm[2], 0);
  assert.equal((await readVolume(moved, { niftiFrame: 'qform' })).originMm[2], 12.5);
  // A frame that is none holds back nobody who asks for the other.
  const broken = file('broken.nii', (header) => {
    qform(0)(header);
    header.writeFloatLE(Number.NaN, 256);
  });
  await refuses(broken, /quatern_b.*received NaN.*read it by its sform with --nifti-frame sform/);
  assert.equal((await readVolume(broken, { niftiFrame: 'sform' })).originMm[2], 0);
  await assert.rejects(readVolume(broken, { niftiFrame: 'qform' }), /quatern_b/);
  // A voxel size below 0 is its length, as nibabel has it: the rotation says which way.
  const negative = file('negative.nii', (header) => {
    qform(0)(header);
    header.writeFloatLE(-0.7, 80);
  });
  assert.deepEqual(
    (await readVolume(negative)).spacingMm,
    (await readVolume(file('same.nii', qform(0)))).spacingMm,
  );
  const none = file('none.nii', (header) => header.writeInt16LE(0, 254));
  await refuses(none, /qform_code, sform_code: expected one above 0/);
  await assert.rejects(readVolume(none, { niftiFrame: 'sform' }), /sform_code: .*received code 0/);
  const { direction, spacingMm } = await readVolume(none, { niftiFrame: 'pixdim' });
  assert.deepEqual(direction, [-1, 0, 0, 0, -1, 0, 0, 0, 1]);
  assert.ok(Math.abs(spacingMm[0] - 0.7) < 1e-7);
  const sheared = file('tilt.nii', (header) => header.writeFloatLE(0.6, 304));
  await refuses(
    sheared,
    /sform: expected axes at right angles, received \d+\.\d+ degrees between y and z: .*tilted gantry.*resample/,
  );
});
