import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrainingSettings } from '../../src/config/trainingSettings.js';
import { createRandom } from '../../src/random.js';
import type { Normalisation } from '../../src/store/intensity.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import type { TrainRecord } from '../../src/training/run/trainRecords.js';

const DIM = 16;

/** Flags of a network that steps in half the time of ResNet3D-18, for runs whose network does not matter. */
export const SMALL_NETWORK = ['--network', 'cnn3d', '--filters', '4'] as const;

/** A patch file in which nodules are bright balls in noise; 4 subsets of 12 rows or so many, a quarter of them nodules; 2 is held out, 3 chooses the network. */
export async function trainFixture(
  t: { after: (end: () => void) => void },
  normalisation?: Normalisation,
  rowsOfSubset: readonly number[] = [12, 12, 12, 12],
): Promise<TrainConfig> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-train-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const subsets = rowsOfSubset.flatMap((count, subset) => Array<number>(count).fill(subset));
  const rows = subsets.map((subset, row) => ({ nodule: row % 4 === 0, subset }));
  const data = join(folder, '16x16x16-patch.hdf5');
  await writePatchFile(
    data,
    {
      ...{ dim: DIM, slices: DIM, spacingMm: [1, 1, 1], interpolation: 'linear' },
      ...(normalisation === undefined ? {} : { normalisation }),
    },
    { program: 'test', settings: {}, scans: {} },
    {
      classes: rows.map(({ nodule }) => (nodule ? 1 : 0)),
      notrain: rows.map((_, row) => (row === 1 ? 1 : 0)),
      notrainReason: rows.map((_, row) => (row === 1 ? 1 : 0)),
      centerWorldMm: rows.map((_, row) => [row, -row, row / 2]),
      seriesUid: rows.map(({ subset }) => `scan${subset}`),
      subsets: rows.map(({ subset }) => subset),
    },
    rows.map(({ nodule }, row) => patch(row, nodule)),
  );
  return {
    ...readTrainingSettings(),
    data,
    run: join(folder, 'run'),
    strategy: 'single',
    devices: 1,
    holdout: 2,
    validation: 3,
    batchSize: 6,
    epochs: 2,
    learningRate: 2e-3,
    l2: 1e-4,
    seed: 16,
    windowHu: { low: -1000, high: 400 },
    network: 'cnn3d',
    filters: 4,
    threads: 0,
  };
}

function patch(row: number, nodule: boolean): Int16Array {
  const random = createRandom(`patch ${row}`);
  const radius = random.between(3, 5);
  return Int16Array.from({ length: DIM ** 3 }, (_, i) => {
    const [x, y, z] = [i % DIM, Math.floor(i / DIM) % DIM, Math.floor(i / DIM ** 2)];
    const inBall = Math.hypot(x - 8, y - 8, z - 8) < radius;
    return (nodule && inBall ? 0 : -850) + random.integer(150);
  });
}

export async function allRecords(records: AsyncIterable<TrainRecord>): Promise<TrainRecord[]> {
  const all: TrainRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

/** What a run computed, without times. */
export const computed = (records: readonly TrainRecord[]) =>
  records.flatMap((record) =>
    record.kind === 'step' || record.kind === 'validation'
      ? [[record.kind, record.step, record.loss, record.accuracy]]
      : [],
  );
