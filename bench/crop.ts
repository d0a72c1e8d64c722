import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { candidateTablePath, readCandidates } from '../src/candidates/candidateTable.js';
import { CROP_CONFIG_FILE, readCropSettings } from '../src/config/cropSettings.js';
import { cutScan } from '../src/patches/cutScan.js';
import type { PatchFormat } from '../src/store/patchFileContract.js';
import { findScans } from '../src/volumes/findScans.js';
import { startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const FORMAT: PatchFormat = { dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation: 'linear' };

/** Scan -> patches around its candidates, one thread, beside a SimpleITK program that does the same. */
export async function benchCrop({ repetitions = 3 } = {}): Promise<BenchReport> {
  const { scansFolder, candidatesPath } = readCropSettings(CROP_CONFIG_FILE, 'local');
  const scans = findScans(scansFolder, 'all');
  const candidates = readCandidates(candidatesPath);
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-'));
  const peer = await startPeer('simpleItkPeer.py', { table: candidateTablePath(candidatesPath), threads: 1 });
  const [ours, theirs]: [number[], number[]] = [[], []];
  let different = 0;
  try {
    for (let i = 0; i < repetitions; i++)
      for (const scan of scans) {
        const files = { ours: join(folder, 'ours'), theirs: join(folder, 'theirs') };
        const work = candidates.filter(({ seriesUid }) => seriesUid === scan.uid);
        const began = performance.now();
        await cutScan({
          scan,
          candidates: work,
          coordinates: 'lps',
          excluded: [],
          parts: [{ format: FORMAT, rowsFile: files.ours }],
        });
        ours.push(1000 / (performance.now() - began));
        const answer = await peer.ask<{ seconds: number }>({
          path: scan.path,
          uid: scan.uid,
          out: files.theirs,
        });
        theirs.push(1 / answer.seconds);
        if (i === 0) different = Math.max(different, largestDifference(files.ours, files.theirs));
      }
  } finally {
    peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
  const rows = [spread('voxlab (with the sha256 of each scan)', ours), spread('SimpleITK, 1 thread', theirs)];
  return {
    name: `crop: ${scans.length} scans, ${candidates.length} candidates, 32^3 at 1 mm, linear, one thread`,
    unit: 'scans/s',
    higherIsBetter: true,
    repetitions,
    rows,
    ratios: [{ of: 'voxlab / SimpleITK', ratio: rows[0]!.median / rows[1]!.median, target: 1 }],
    machine: cpus()[0]?.model ?? 'unknown',
    notes: [
      `largest difference of the first repetition's voxels: ${different} HU (SimpleITK's edges are -1000 only beyond half a voxel)`,
    ],
  };
}

function largestDifference(a: string, b: string): number {
  const [x, y] = [a, b].map((file) => new Int16Array(new Uint8Array(readFileSync(file)).buffer)) as [
    Int16Array,
    Int16Array,
  ];
  const differences = x.map((value, i) => Math.abs(value - y[i]!)).sort();
  // The 99.9th percentile: at the scan's edge the two programs differ by definition.
  return differences[Math.floor(differences.length * 0.999)]!;
}
