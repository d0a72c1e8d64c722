import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { balancedOrder } from '../src/feed/classOrder.js';
import { scanLabels } from '../src/feed/rowLabels.js';
import { splitRows } from '../src/feed/split.js';
import { openPatchFile } from '../src/store/patchFile.js';
import { writePatchFile } from '../src/store/writePatchFile.js';
import { type BenchReport, spread } from './report.js';

const ROWS = 152_000;

/** Labels of 152,000 rows -> split and first batch: what a training does before its first step. No peer: under a second. */
export async function benchPlan({ repetitions = 5 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-'));
  const file = join(folder, 'p.hdf5');
  const column = (value: (row: number) => number): number[] =>
    Array.from({ length: ROWS }, (_, row) => value(row));
  try {
    await writePatchFile(
      file,
      { dim: 2, slices: 2, spacingMm: [1, 1, 1], interpolation: 'linear' },
      { program: 'bench', settings: {}, scans: {} },
      {
        classes: column((row) => (row % 100 === 0 ? 1 : 0)),
        notrain: column(() => 0),
        notrainReason: column(() => 0),
        centerWorldMm: Array.from({ length: ROWS }, (_, row) => [row, 0, 0] as const),
        seriesUid: Array.from({ length: ROWS }, (_, row) => `scan${Math.floor(row / 171)}`),
        subsets: column((row) => Math.floor(row / 171) % 10),
      },
      [new Int16Array(ROWS * 8)],
    );
    const seconds: number[] = [];
    for (let i = 0; i < repetitions; i++) {
      const began = performance.now();
      const patches = await openPatchFile(file);
      balancedOrder(
        splitRows(scanLabels(patches), { folds: 0, holdout: 5, validation: 6, seed: 1 }, file),
        64,
        1,
      ).rowsOf(0);
      patches.close();
      seconds.push((performance.now() - began) / 1000);
    }
    const rows = [spread('open, labels, split, first batch', seconds)];
    return {
      name: `plan: an epoch of ${ROWS.toLocaleString('en')} rows`,
      unit: 's',
      higherIsBetter: false,
      repetitions,
      rows,
      ratios: [{ of: '1 s / planning', ratio: 1 / rows[0]!.median, target: 1 }],
      machine: cpus()[0]?.model ?? 'unknown',
      notes: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
