import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { balancedOrder } from '../src/feed/classOrder.js';
import { definiteParts } from '../src/feed/parts.js';
import { scanLabels } from '../src/feed/rowLabels.js';
import { splitRows } from '../src/feed/split.js';
import { openPatchFile } from '../src/store/patchFile.js';
import { requireVoxels, sampleVoxels } from '../src/store/voxelSample.js';
import { writePatchFile } from '../src/store/writePatchFile.js';
import { dataIdentity, seriesSplit } from '../src/training/run/dataIdentity.js';
import { type BenchReport, spread } from './report.js';

/** Of the patches that training on LUNA16 stores, and of its whole table of candidates. */
const SIZES = [152_000, 750_000] as const;

/** Columns -> checked, parted and hashed, and the first batch: what a training does before its first step. No peer. */
export async function benchPlan({ repetitions = 5 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-'));
  try {
    const rows = [];
    for (const size of SIZES) {
      const file = join(folder, `${size}.hdf5`);
      await writeColumns(file, size);
      const seconds: number[] = [];
      for (let i = 0; i < repetitions; i++) seconds.push(await secondsOf(file));
      rows.push(spread(`${size.toLocaleString('en')} rows`, seconds));
    }
    return {
      name: 'plan: open, check all columns, part, hash, first batch',
      unit: 's',
      higherIsBetter: false,
      repetitions,
      rows,
      ratios: [
        { of: '1 s / 152,000 rows', ratio: 1 / rows[0]!.median, target: 1 },
        { of: '2 s / 750,000 rows', ratio: 2 / rows[1]!.median, target: 1 },
      ],
      machine: cpus()[0]?.model ?? 'unknown',
      notes: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As LUNA16 has them: 888 scans, ten subsets, one nodule in a hundred. */
async function writeColumns(file: string, rows: number): Promise<void> {
  const column = <T>(value: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => value(row));
  const scanOf = (row: number): number => Math.floor((row * 888) / rows);
  await writePatchFile(
    file,
    { dim: 2, slices: 2, spacingMm: [1, 1, 1], interpolation: 'linear' },
    { program: 'bench', settings: {}, scans: {} },
    {
      classes: column((row) => (row % 100 === 0 ? 1 : 0)),
      notrain: column(() => 0),
      notrainReason: column(() => 0),
      centerWorldMm: column((row) => [row, 0, 0] as const),
      seriesUid: column((row) => `1.3.6.1.4.1.14519.5.2.1.6279.6001.${1e15 + scanOf(row)}`),
      subsets: column((row) => scanOf(row) % 10),
    },
    [Int16Array.from({ length: rows * 8 }, (_, i) => (i % 1000) - 900)],
  );
}

async function secondsOf(file: string): Promise<number> {
  const began = performance.now();
  const patches = await openPatchFile(file);
  requireVoxels(file, await sampleVoxels(patches), 'hu');
  const labels = scanLabels(patches);
  const asked = { folds: 0, holdout: 5, validation: 'auto', seed: 1, allowSharedScans: false } as const;
  const split = splitRows(labels, definiteParts(labels, asked, file), file);
  seriesSplit(labels, split, await dataIdentity(patches, labels));
  balancedOrder(split, 64, 1).rowsOf(0);
  patches.close();
  return (performance.now() - began) / 1000;
}
