import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrainingSettings } from '../src/config/trainingSettings.js';
import { openPatchFile } from '../src/store/patchFile.js';
import { writePatchFile } from '../src/store/writePatchFile.js';
import { openFeed } from '../src/training/openFeed.js';
import { predictRows } from '../src/training/predictRows.js';
import { createLearner } from '../src/training/step/createLearner.js';
import { type Peer, startOptionalPeer, startPeer } from './peer.js';
import { type BenchReport, spread } from './report.js';

const DIM = 32;
const ROWS = 256;

/** Probabilities of the same rows from a file: voxlab's evaluation beside Keras' `predict` and PyTorch's eager module. */
export async function benchPredict({ repetitions = 5, batch = 32 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-predict-'));
  const file = join(folder, '32x32x32-patch.hdf5');
  const raw = join(folder, 'rows.int16');
  const voxels = Int16Array.from({ length: ROWS * DIM ** 3 }, (_, i) => ((i * 7919) % 1400) - 1000);
  const settings = { batch, threads: 0, precision: 'float32', compile: false, predicts: true };
  const peers: Peer[] = [];
  try {
    writeFileSync(raw, new Uint8Array(voxels.buffer));
    await writeRows(file, voxels);
    const keras = await startPeer('kerasPeer.py', settings);
    peers.push(keras);
    const torch = await startOptionalPeer('torchPeer.py', settings, process.env.VOXLAB_TORCH_PYTHON);
    if (torch !== undefined) peers.push(torch);
    const ours = await openOurs(file, batch);
    const ask = (peer: Peer) => async (): Promise<number> =>
      (await peer.ask<{ seconds: number }>({ rows: raw })).seconds;
    const programs = [
      { name: 'voxlab, from the patch file', run: ours.seconds },
      { name: 'Keras, predict', run: ask(keras) },
      ...(torch === undefined ? [] : [{ name: 'PyTorch, eager', run: ask(torch) }]),
    ];
    try {
      for (const { run } of programs) await run();
      const rates: number[][] = programs.map(() => []);
      for (let round = 0; round < repetitions; round++)
        for (const [i, { run }] of programs.entries()) rates[i]!.push(ROWS / (await run()));
      return report(
        programs.map(({ name }, i) => spread(name, rates[i]!)),
        { repetitions, batch },
      );
    } finally {
      await ours.close();
    }
  } finally {
    for (const peer of peers) peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeRows(file: string, voxels: Int16Array): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  await writePatchFile(
    file,
    { dim: DIM, slices: DIM, spacingMm: [1, 1, 1], interpolation: 'linear' },
    { program: 'bench', settings: {}, scans: {} },
    {
      classes: rows.map((row) => row % 2),
      notrain: rows.map(() => 0),
      notrainReason: rows.map(() => 0),
      centerWorldMm: rows.map((row) => [row, 0, 0] as const),
      seriesUid: rows.map(() => 'scan'),
      subsets: rows.map(() => 0),
    },
    [voxels],
  );
}

/** As `evaluate` predicts: reader threads, a ring of batches, the traced network. */
async function openOurs(
  file: string,
  batchSize: number,
): Promise<{ seconds: () => Promise<number>; close: () => Promise<void> }> {
  const config = { ...readTrainingSettings(), batchSize, filters: 64, threads: 0, data: file, run: '' };
  const patches = await openPatchFile(file);
  const learner = await createLearner({
    ...config,
    precision: 'float32',
    network: { inputSize: [DIM, DIM, DIM], filters: 64 },
  });
  const feed = openFeed(patches, config, learner.batchSize);
  const rows = Uint32Array.from({ length: ROWS }, (_, row) => row);
  return {
    seconds: async () => {
      const began = performance.now();
      await predictRows(learner, feed, rows);
      return (performance.now() - began) / 1000;
    },
    close: async () => {
      await feed.close();
      learner.dispose();
      patches.close();
    },
  };
}

function report(
  rows: BenchReport['rows'],
  { repetitions, batch }: { readonly repetitions: number; readonly batch: number },
): BenchReport {
  const [ours, ...others] = rows;
  return {
    name: `predict: ResNet3D-18 on ${ROWS} rows of a file, ${batch} a batch`,
    unit: 'patches/s',
    higherIsBetter: true,
    repetitions,
    rows,
    ratios: others.map(({ program, median }) => ({
      of: `voxlab / ${program}`,
      ratio: ours!.median / median,
      target: 1.3,
    })),
    machine: cpus()[0]?.model ?? 'unknown',
    notes: [
      'the others read a plain file of int16 and have no labels, scans or reader threads to look after',
    ],
  };
}
