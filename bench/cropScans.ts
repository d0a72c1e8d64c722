import { existsSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { makeFolder } from '../src/paths.js';
import { createRandom, type Random } from '../src/random.js';
import {
  metaImageHeader,
  metaImageRawPath,
  writeMetaImage,
} from '../src/volumes/metaImage/metaImageWriter.js';
import type { Geometry } from '../src/volumes/voxels/volume.js';

/** A chest CT's geometry: 105 MB of int16. */
export const SCAN: Geometry = {
  size: [512, 512, 200],
  spacingMm: [0.7, 0.7, 1.25],
  originMm: [-178.85, -178.85, -320],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
export const SCAN_BYTES = SCAN.size[0] * SCAN.size[1] * SCAN.size[2] * 2;

/** A temporary folder that holds one made-up scan, and folders in which it stands under several names. */
export interface CropScans {
  readonly folder: string;
  readonly scanPath: string;
  /** A folder of `copies` scans (one file under many names: links) with a table of `count` candidates each, all half a patch inside. */
  dataSet(copies: number, count: number): DataSet;
  remove(): void;
}

export interface DataSet {
  readonly scansFolder: string;
  readonly candidatesPath: string;
}

/** Writes the scan: a smooth field of -1000 to 400 HU with noise; the same for the same seed. */
export function makeCropScans(seed = 1): CropScans {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-'));
  const scanPath = join(folder, 'scan.mhd');
  writeMetaImage(scanPath, { ...SCAN, data: voxelsOf(createRandom(seed)) });
  return {
    folder,
    scanPath,
    dataSet: (copies, count) => {
      const scansFolder = join(folder, `${copies}x${count}`);
      const candidatesPath = join(scansFolder, 'candidates_V2.csv');
      if (existsSync(candidatesPath)) return { scansFolder, candidatesPath };
      makeFolder(scansFolder);
      const candidates = candidatesOf(count, createRandom(seed).fork('candidates'));
      const lines = ['seriesuid,coordX,coordY,coordZ,class'];
      for (let copy = 0; copy < copies; copy++) {
        const uid = `scan${String(copy).padStart(3, '0')}`;
        const header = join(scansFolder, `${uid}.mhd`);
        linkSync(metaImageRawPath(scanPath), metaImageRawPath(header));
        writeFileSync(header, metaImageHeader(SCAN, 'MET_SHORT', basename(metaImageRawPath(header))));
        lines.push(...candidates.map((cells) => [uid, ...cells].join(',')));
      }
      writeFileSync(candidatesPath, `${lines.join('\n')}\n`);
      return { scansFolder, candidatesPath };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Products of waves along the axes: smooth, and as fast to make as to write. */
function voxelsOf(random: Random): Int16Array {
  const [width, height, depth] = SCAN.size;
  const wave = (length: number): Float64Array => {
    const [waves, phase] = [random.between(2, 6), random.between(0, 2 * Math.PI)];
    return Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * waves * i) / length + phase));
  };
  const [x1, x2, y1, y2, z1, z2] = [width, width, height, height, depth, depth].map(wave) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const noise = Int16Array.from({ length: 65_521 }, () => Math.round(25 * random.normal()));
  const voxels = new Int16Array(width * height * depth);
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const [alongX, both] = [200 * y1[y]! + 200 * z1[z]!, 150 * y2[y]! * z2[z]! - 300];
      for (let x = 0; x < width; x++, at++)
        voxels[at] = alongX * x1[x]! + 100 * x2[x]! + both + noise[(at * 31) % noise.length]!;
    }
  return voxels;
}

/** Centre (world, mm) and class, in two ellipsoids as lungs lie: at 850 nearly every patch overlaps others. One in 500 is a nodule. */
function candidatesOf(count: number, random: Random): number[][] {
  const candidates: number[][] = [];
  while (candidates.length < count) {
    const [x, y, z] = [random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)];
    if (x * x + y * y + z * z > 1) continue;
    const side = random.uniform() < 0.5 ? -80 : 80;
    const label = candidates.length % 500 === 0 ? 1 : 0;
    candidates.push([side + 65 * x, 105 * y, SCAN.originMm[2] + 124 + 100 * z, label]);
  }
  return candidates;
}
