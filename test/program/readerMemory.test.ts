import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { PYTHON } from '../python.js';

/** Voxels of the scans: so many that what a program needs anyway is little beside them. */
const SIZE = [512, 512, 384] as const;
/** Node's own growth while it reads: pieces of 4 MiB, compiled code, buffers that wait to be collected. */
const BESIDE_BYTES = 96 * 2 ** 20;

/** Scans written by SimpleITK and pydicom: even values, so that what is packed has something to unpack. */
const WRITE = `
import sys, os, numpy as np, SimpleITK as sitk, pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
path = sys.argv[1]
x, y, z = [int(n) for n in sys.argv[2:5]]
data = (np.arange(z * y * x, dtype=np.int32) // 97 % 2000 - 1000).astype(np.int64 if 'int64' in path else np.int16).reshape(z, y, x)
if not path.endswith('dicom'):
    sitk.WriteImage(sitk.GetImageFromArray(data), path, useCompression='packed' in path, compressionLevel=1)
    sys.exit()
os.mkdir(path)
for k in range(z):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = '1.2.840.10008.5.1.4.1.1.2'
    meta.MediaStorageSOPInstanceUID = f'1.2.3.{k + 1}'
    s = FileDataset(None, {}, file_meta=meta, preamble=b'\\0' * 128)
    s.SOPClassUID, s.SOPInstanceUID, s.SeriesInstanceUID, s.StudyInstanceUID, s.Modality = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, '1.2.3', '1.2', 'CT'
    s.ImagePositionPatient, s.ImageOrientationPatient, s.PixelSpacing, s.SliceThickness = [0, 0, k], [1, 0, 0, 0, 1, 0], [1, 1], 1
    s.Rows, s.Columns, s.SamplesPerPixel, s.PhotometricInterpretation = y, x, 1, 'MONOCHROME2'
    s.BitsAllocated, s.BitsStored, s.HighBit, s.PixelRepresentation, s.RescaleSlope, s.RescaleIntercept = 16, 16, 15, 1, 1, 0
    s.PixelData = data[k].tobytes()
    s.save_as(os.path.join(path, f'{k}.dcm'), enforce_file_format=True)
`;

/** Prints what reading took at most beside what the program had before, and what came of it; maxRSS is in KiB. */
const READ = `
const { readVolume } = await import(process.argv[1]);
const path = process.argv[2];
await readVolume(process.argv[3]).catch(() => {});
globalThis.gc();
const before = process.memoryUsage().rss;
const { data } = await readVolume(path);
const bytes = data.byteLength, sum = data[1000] + data[data.length - 1];
console.log(JSON.stringify({ before, peak: 1024 * process.resourceUsage().maxRSS, bytes, sum }));
`;

const folder = mkdtempSync(join(tmpdir(), 'voxlab-memory-'));
/** The file's slices: of wide voxels fewer, so that each takes 201 MB. */
function write(name: string): readonly [number, number, number] {
  const size = [SIZE[0], SIZE[1], name.startsWith('int64') ? SIZE[2] / 4 : SIZE[2]] as const;
  const words = ['-c', WRITE, join(folder, name), ...size.map(String)];
  const made = spawnSync(PYTHON, words, { encoding: 'utf8', timeout: 120_000 });
  assert.equal(made.status, 0, made.stderr);
  return size;
}

after(() => rmSync(folder, { recursive: true }));

const valueAt = (i: number): number => (Math.floor(i / 97) % 2000) - 1000;

for (const name of [
  'raw.mhd',
  'packed.mha',
  'raw.nrrd',
  'packed.nrrd',
  'raw.nii',
  'packed.nii.gz',
  'int64.nrrd',
  'dicom',
])
  test(`reading ${name} takes at most twice the memory of its voxels`, () => {
    const voxels = write(name).reduce((product, n) => product * n, 1);
    const words = ['--expose-gc', '--input-type=module', '-e', READ];
    const module = inRepository('dist/src/volumes/readVolume.js');
    const run = spawnSync(
      process.execPath,
      [...words, module, join(folder, name), join(folder, 'none.mhd')],
      {
        encoding: 'utf8',
        timeout: 120_000,
      },
    );
    assert.equal(run.status, 0, run.stderr);
    const { before: had, peak, bytes, sum } = JSON.parse(run.stdout);
    assert.equal(sum, valueAt(1000) + valueAt(voxels - 1));
    assert.equal(bytes, voxels * (name.startsWith('int64') ? 8 : 2));
    rmSync(join(folder, name), { recursive: true });

    const factor = (peak - had - BESIDE_BYTES) / bytes;
    assert.ok(factor <= 2, `${((peak - had) / bytes).toFixed(2)} times the voxels`);
  });
