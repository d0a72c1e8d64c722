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
import type { CheckpointLink } from '../training/checkpoint.js';
import { createLearner } from '../training/createLearner.js';
import { type DataIdentity, dataDifferences, dataIdentity } from '../training/dataIdentity.js';
import { type Checkpoint, loadLinked } from '../training/loadCheckpoint.js';
import { openFeed } from '../training/openFeed.js';
import { predictRows } from '../training/predictRows.js';
import { readRunConfig, readRunSplit } from '../training/runFolder.js';
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
  /** Further files of the evaluation are written here, while no other one of this run can write them. */
  readonly beforeRelease?: (evaluation: Evaluation) => void;
}

export interface Evaluation {
  readonly run: string;
  readonly epoch: number;
  readonly holdout: Holdout;
  /** Whether training drew from a series of these rows, whatever the file that it was read from; false: it never saw them. */
  readonly seenInTraining: boolean;
  readonly rows: number;
  readonly positives: number;
  readonly accuracy: number;
  readonly rocAuc: number;
  /** 95 %, DeLong. */
  readonly rocAucInterval: readonly [number, number];
  readonly roc: readonly RocPoint[];
  readonly findings: readonly PredictedFinding[];
  /** Later checkpoints that are damaged, and were passed over. */
  readonly notes: readonly string[];
  /** Absolute paths of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Predicts the held-out rows with a run's network, scores them, and writes RUN/predictions.csv; one evaluation of a run at a
 * time, also while the run goes on. Throws InputError, EnvironmentError (another evaluation of this run).
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const checkpoint = await loadLinked(options.run, options.checkpoint);
  const release = lockEvaluation(options.run);
  try {
    const evaluation = await evaluateCheckpoint(checkpoint, options);
    options.beforeRelease?.(evaluation);
    return evaluation;
  } finally {
    release();
  }
}

/** Makes this process the only one that evaluates a run; returns the release. Throws EnvironmentError, naming the other one. */
export function lockEvaluation(run: string): () => void {
  return takeLock(join(run, 'evaluation'));
}

async function evaluateCheckpoint(checkpoint: Checkpoint, options: EvaluateOptions): Promise<Evaluation> {
  const { run, signal, onProgress } = options;
  const { meta, weights, optimizer, damaged } = checkpoint;
  const { config, epoch } = meta;
  const holdout = options.holdout ?? config.holdout;
  // The run's own path: a resume may have named another since this checkpoint was left.
  const patches = await openPatchFile(options.data ?? readRunConfig(run).data);
  try {
    if (options.data === undefined && meta.data !== undefined)
      requireSameData(await dataIdentity(patches), meta.data, patches.path, run);
    const { dim, slices } = shapeOfCrop(patches.format, config.crop);
    const labels = foldedLabels(patches, config.folds, config.seed);
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
      await learner.load(weights, optimizer);
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
        seenInTraining: wasSeen(findings, run, holdout, config.holdout),
        rows: rows.length,
        positives: area.positives,
        accuracy: accuracyOf(probabilities, classes),
        rocAuc: area.area,
        rocAucInterval: area.interval,
        roc: rocCurve(probabilities, classes),
        findings,
        notes: damaged,
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

/** What lies under the run's path may be another file by now: then its user says that it is to be scored. */
function requireSameData(now: DataIdentity, before: DataIdentity, path: string, run: string): void {
  const differences = dataDifferences(now, before);
  if (differences.length > 0)
    throw new InputError(
      path,
      `expected the data that ${run} was trained on, received ${differences.join('; ')}: name what is to be scored with --data`,
    );
}

/** Runs of earlier versions do not say which series they saw: theirs are those of the subsets that were not held out. */
function wasSeen(
  findings: readonly PredictedFinding[],
  run: string,
  holdout: Holdout,
  heldOut: Holdout,
): boolean {
  const split = readRunSplit(run);
  if (split === undefined) return subsetsOf(holdout).some((subset) => !subsetsOf(heldOut).includes(subset));
  const training = new Set(split.training);
  return findings.some(({ seriesUid }) => training.has(seriesUid));
}
