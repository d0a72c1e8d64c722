import { openPatchFile } from '../../src/store/patchFile.js';
import { loadLinked } from '../../src/training/run/loadCheckpoint.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import { createLearner } from '../../src/training/step/createLearner.js';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

/** Rows of the fixture's file that the other tools predict. */
const ROWS = 12;
const EDGE = 16;

export interface ExchangeRun {
  readonly config: TrainConfig;
  readonly run: string;
  /** Hounsfield units, [rows, z, y, x]. */
  readonly inputHu: Int16Array;
  readonly shape: readonly [rows: number, z: number, y: number, x: number];
  /** Our own predictions by the best checkpoint. */
  readonly probabilities: Float32Array;
}

/** A trained run (resnet3d-18, 4 filters, 16^3, averaged weights), and what it says of patches. Removed after the test. */
export async function exchangeRun(t: { after: (end: () => void) => void }): Promise<ExchangeRun> {
  const config = {
    ...(await trainFixture(t)),
    ...{ network: 'resnet3d-18', emaDecay: 0.9, windowHu: { low: -950, high: 300 } },
  };
  await allRecords(train(config));
  const patches = await openPatchFile(config.data);
  const inputHu = new Int16Array(ROWS * EDGE ** 3);
  await patches.readRows([...Array(ROWS).keys()], inputHu);
  await patches.close();
  return {
    config,
    run: config.run,
    inputHu,
    shape: [ROWS, EDGE, EDGE, EDGE],
    probabilities: await predictions(config.run, inputHu, ROWS),
  };
}

/** By the best checkpoint of a run. */
export async function predictions(run: string, inputHu: Int16Array, rows: number): Promise<Float32Array> {
  const { meta, weights, optimizer } = await loadLinked(run, 'best');
  const learner = await createLearner({
    ...meta.config,
    batchSize: rows,
    network: { inputSize: [EDGE, EDGE, EDGE], filters: meta.config.filters },
  });
  try {
    await learner.load(weights, optimizer);
    return (await learner.predict(inputHu, rows)).probabilities;
  } finally {
    learner.dispose();
  }
}

/** Largest absolute difference of two lists of probabilities. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = actual.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!));
  return largest;
}
