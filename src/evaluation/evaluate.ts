import { join } from 'node:path';
import { type Holdout, subsetsOf } from '../config/holdout.js';
import { InputError } from '../errors.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import { foldedLabels } from '../feed/folds.js';
import { heldOutRows } from '../feed/split.js';
import { takeLock } from '../fileLock.js';
import { writeFileAtomically } from '../paths.js';
import type { Progress } from '../progress.js';
import { accuracyOf } from '../scores/classification.js';
import { type RocPoint, rocArea, rocCurve } from '../scores/roc.js';
import { openPatchFile } from '../store/patchFile.js';
import {
  type CheckpointLink,
  linkedCheckpoint,
  loadCheckpoint,
  readCheckpointMeta,
} from '../training/checkpoint.js';
import { createLearner } from '../training/createLearner.js';
import { openFeed } from '../training/openFeed.js';
import { predictRows } from '../training/predictRows.js';
import { type PredictedFinding, predictionTable } from './predictionTable.js';

export interface EvaluateOptions {
  readonly run: string;
  readonly checkpoint: CheckpointLink;
  /** Another patch file than the run's own. */
  readonly data?: string;
  /** Another subset than the one held out; its rows were seen in training. */
  readonly holdout?: Holdout;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Evaluation {
  readonly run: string;
  readonly epoch: number;
  readonly holdout: Holdout;
  /** False: training never saw these rows. */
  readonly seenInTraining: boolean;
  readonly rows: number;
  readonly positives: number;
  readonly accuracy: number;
  readonly rocAuc: number;
  /** 95 %, DeLong. */
  readonly rocAucInterval: readonly [number, number];
  readonly roc: readonly RocPoint[];
  readonly findings: readonly PredictedFinding[];
  /** Absolute paths of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Predicts the held-out rows with a run's network, scores them, and writes RUN/predictions.csv; one evaluation of a run at a
 * time, also while the run goes on. Throws InputError, EnvironmentError (another evaluation of this run).
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const folder = linkedCheckpoint(options.run, options.checkpoint);
  const release = takeLock(join(options.run, 'evaluation'));
  try {
    return await evaluateCheckpoint(folder, options);
  } finally {
    release();
  }
}

async function evaluateCheckpoint(folder: string, options: EvaluateOptions): Promise<Evaluation> {
  const { run, signal, onProgress } = options;
  const { config, epoch } = readCheckpointMeta(folder);
  const holdout = options.holdout ?? config.holdout;
  const patches = await openPatchFile(options.data ?? config.data);
  try {
    const { dim, slices } = shapeOfCrop(patches.format, config.crop);
    const labels = foldedLabels(patches, config.folds, config.seed);
    const seen = subsetsOf(holdout).some((subset) => !subsetsOf(config.holdout).includes(subset));
    const rows = heldOutRows(labels, holdout, patches.path);
    const classes = Array.from(rows, (row) => labels.classes[row]!);
    if (!classes.includes(0) || !classes.includes(1))
      throw new InputError(
        patches.path,
        `subset ${holdout} has one class alone: expected nodules and others, to score by`,
      );
    const learner = await createLearner({
      ...config,
      precision: 'float32',
      network: { inputSize: [slices, dim, dim], filters: config.filters },
    });
    const feed = openFeed(patches, config, learner.batchSize);
    try {
      await loadCheckpoint(folder, learner);
      const probabilities = await predictRows(learner, feed, rows, {
        ...(signal === undefined ? {} : { signal }),
        onRows: (done) => onProgress?.({ stage: 'evaluate', done, total: rows.length, unit: 'patches' }),
      });
      const findings = patches
        .findings(rows)
        .map((finding, i) => ({ ...finding, class: classes[i]!, probability: probabilities[i]! }));
      const predictions = join(run, 'predictions.csv');
      writeFileAtomically(predictions, predictionTable(findings));
      const area = rocArea(probabilities, classes);
      return {
        run,
        epoch,
        holdout,
        seenInTraining: seen && patches.path === config.data,
        rows: rows.length,
        positives: area.positives,
        accuracy: accuracyOf(probabilities, classes),
        rocAuc: area.area,
        rocAucInterval: area.interval,
        roc: rocCurve(probabilities, classes),
        findings,
        files: { predictions },
      };
    } finally {
      await feed.close();
      learner.dispose();
    }
  } finally {
    patches.close();
  }
}
