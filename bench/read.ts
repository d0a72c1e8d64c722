import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readVolume } from '../src/volumes/readVolume.js';
import { startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const SLICES = 300;

/** A chest's scan in each format: voxlab's readers beside SimpleITK's, warm, the same voxels. */
export async function benchRead({ repetitions = 5 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-read-'));
  const threads = availableParallelism();
  const peer = await startPeer('readPeer.py', { threads });
  try {
    const paths = await peer.ask<Record<string, string>>({ write: folder, slices: SLICES });
    const ours = new Map<string, number[]>(Object.keys(paths).map((name) => [name, []]));
    const theirs = new Map<string, number[]>(Object.keys(paths).map((name) => [name, []]));
    // The first round warms the page cache, and is not counted.
    for (let round = 0; round <= repetitions; round++)
      for (const [name, path] of Object.entries(paths)) {
        const own = await readOurs(path);
        const other = await peer.ask<{ seconds: number; sum: number }>({ read: path });
        if (Math.abs(own.sum - other.sum) > 1e-6 * Math.abs(other.sum))
          throw new Error(`${name}: expected voxels of sum ${other.sum}, read ${own.sum}`);
        if (round === 0) continue;
        ours.get(name)!.push(own.seconds);
        theirs.get(name)!.push(other.seconds);
      }
    const rows = Object.keys(paths).flatMap((name) => [
      spread(`${name}: voxlab`, ours.get(name)!),
      spread(`${name}: SimpleITK`, theirs.get(name)!),
    ]);
    return {
      name: `read: 512 x 512 x ${SLICES} int16 (packed DICOM: ${Math.max(2, Math.floor(SLICES / 5))} slices)`,
      unit: 's',
      higherIsBetter: false,
      repetitions,
      rows,
      ratios: Object.keys(paths).map((name, at) => ({
        of: `${name}: SimpleITK / voxlab`,
        ratio: rows[2 * at + 1]!.median / rows[2 * at]!.median,
      })),
      machine: `${threads} x ${cpus()[0]!.model}`,
      notes: ['both readers gave voxels of the same sum in every round'],
    };
  } finally {
    peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readOurs(path: string): Promise<{ seconds: number; sum: number }> {
  const began = performance.now();
  const { data } = await readVolume(path);
  const seconds = (performance.now() - began) / 1000;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  return { seconds, sum };
}
