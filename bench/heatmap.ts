import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrainingSettings } from '../src/config/trainingSettings.js';
import { heatMapOf } from '../src/evaluation/heatMap.js';
import type { RunNetwork } from '../src/evaluation/runNetwork.js';
import { cutterOf } from '../src/patches/cutScan.js';
import { firstVoxelOf } from '../src/patches/patchGrid.js';
import type { PatchFormat } from '../src/store/patchFileContract.js';
import { createLearner } from '../src/training/step/createLearner.js';
import { IDENTITY_DIRECTION } from '../src/volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../src/volumes/voxels/volume.js';
import { startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const DIM = 32;
const SPACING_MM = 12;
const FORMAT: PatchFormat = { dim: DIM, slices: DIM, spacingMm: [1, 1, 1], interpolation: 'linear' };

/** Probabilities all over the lungs of a scan: voxlab from the scan to the map, beside Keras' `predict` of the same windows, cut for it before. */
export async function benchHeatmap({ repetitions = 3, batch = 32 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-heatmap-'));
  const raw = join(folder, 'windows.int16');
  const settings = { batch, threads: 0, precision: 'float32', compile: false, predicts: true };
  const scan = chest();
  const network = await openNetwork(batch);
  const map = (): ReturnType<typeof heatMapOf> =>
    heatMapOf(network, scan, 'chest', { spacingMm: SPACING_MM });
  const keras = await startPeer('kerasPeer.py', settings);
  try {
    const { volume, windows } = await map();
    writeFileSync(raw, windowsOf(scan, volume, windows));
    const programs = [
      { name: 'voxlab, from the scan to the map', run: () => secondsOf(map) },
      {
        name: 'Keras, predict of windows that are cut',
        run: async () => (await keras.ask<{ seconds: number }>({ rows: raw })).seconds,
      },
    ];
    await programs[1]!.run();
    const rates: number[][] = programs.map(() => []);
    for (let round = 0; round < repetitions; round++)
      for (const [i, { run }] of programs.entries()) rates[i]!.push(windows / (await run()));
    const rows = programs.map(({ name }, i) => spread(name, rates[i]!));
    return {
      name: `heatmap: ResNet3D-18 on ${windows} windows of a scan of ${scan.size.join(' x ')} voxels, ${batch} a batch`,
      unit: 'patches/s',
      higherIsBetter: true,
      repetitions,
      rows,
      ratios: [{ of: `voxlab / ${rows[1]!.program}`, ratio: rows[0]!.median / rows[1]!.median, target: 1.3 }],
      machine: cpus()[0]?.model ?? 'unknown',
      notes: ['voxlab finds the lungs, resamples the scan and cuts the windows in the same time'],
    };
  } finally {
    keras.end();
    network.learner.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** The default network with its first weights: times do not depend on them. */
async function openNetwork(batchSize: number): Promise<RunNetwork> {
  const config = { ...readTrainingSettings(), batchSize, filters: 64, threads: 0 };
  const learner = await createLearner({
    ...config,
    precision: 'float32',
    network: { inputSize: [DIM, DIM, DIM], filters: 64 },
  });
  const meta = { config, data: { rows: 6, positives: 1 } };
  return { learner, format: FORMAT, checkpoint: { meta } as unknown as RunNetwork['checkpoint'] };
}

/** Body and two lungs, as ellipsoids, with some texture. */
function chest(): Volume {
  const size: Vector3 = [340, 250, 300];
  const data = new Int16Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, at++) {
        const [i, j, k] = [x - 169.5, y - 124.5, z - 149.5];
        const texture = (at * 7919) % 97;
        const isLung = ((Math.abs(i) - 72) / 55) ** 2 + (j / 80) ** 2 + (k / 125) ** 2 < 1;
        const isBody = (i / 160) ** 2 + (j / 115) ** 2 < 1;
        data[at] = isLung ? -900 + texture : isBody ? texture : -1000;
      }
  return { data, size, spacingMm: [1, 1, 1], originMm: [0, 0, 0], direction: IDENTITY_DIRECTION };
}

/** The windows that the map has values of, in its order. */
function windowsOf(scan: Volume, { data, size, spacingMm }: Volume, windows: number): Uint8Array {
  const cut = cutterOf(scan, FORMAT);
  const rows = new Int16Array(windows * DIM ** 3);
  let row = 0;
  for (const [index, value] of data.entries()) {
    if (value === 0) continue;
    const voxel = [
      index % size[0],
      Math.floor(index / size[0]) % size[1],
      Math.floor(index / (size[0] * size[1])),
    ];
    const center = voxel.map((at, axis) => at * spacingMm[axis]!) as unknown as Vector3;
    cut(firstVoxelOf(center, [DIM, DIM, DIM]), rows, row++ * DIM ** 3);
  }
  return new Uint8Array(rows.buffer);
}
