import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Holdout } from '../config/holdout.js';
import { InputError } from '../errors.js';
import { shareInBatches, shareOfLoss } from '../feed/batchShare.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import { type ScanLabels, scanLabels } from '../feed/rowLabels.js';
import { takeLock } from '../fileLock.js';
import { cannotWrite, makeFolder, writeFileAtomically } from '../paths.js';
import type { Progress } from '../progress.js';
import { type RocPoint, rocCurve } from '../scores/roc.js';
import type { RocBand } from '../scores/rocBootstrap.js';
import { openPatchFile } from '../store/patchFile.js';
import { requireVoxels, sampleVoxels } from '../store/voxelSample.js';
import type { CheckpointLink } from '../training/checkpoint.js';
import { createLearner } from '../training/createLearner.js';
import { dataDifferences, dataIdentity, type SeriesSplit } from '../training/dataIdentity.js';
import { type Checkpoint, loadLinked } from '../training/loadCheckpoint.js';
import { openFeed } from '../training/openFeed.js';
import { predictRows } from '../training/predictRows.js';
import { readRunConfig, readRunSplit } from '../training/runFolder.js';
import type { TrainConfig } from '../training/trainConfig.js';
import { evaluatedRows, type Part } from './evaluatedRows.js';
import { type PatchScores, patchScores } from './patchScores.js';
import { predictionTable, rowTable, type ScoredFinding } from './predictionTable.js';

export interface EvaluateOptions {
  readonly run: string;
  readonly checkpoint: CheckpointLink;
  /** Another patch file than the run's own. */
  readonly data?: string;
  /** Subsets (or folds) of the file instead of the scans that the run held out. */
  readonly holdout?: Holdout;
  /** Scans by what the run did with them. */
  readonly part?: Part;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Further files of the evaluation are written here, while no other one of this run can write them. */
  readonly beforeRelease?: (evaluation: Evaluation) => void;
}

export interface Evaluation extends PatchScores {
  readonly run: string;
  /** In which the network was left, at its end or inside it. */
  readonly epoch: number;
  readonly holdout: Holdout;
  /** What is scored, as the folder of its files is called: `holdout-5`, `validation`, `new`. */
  readonly part: string;
  /** Whether training drew from a series of these rows, whatever the file that it was read from; false: it never saw them. */
  readonly seenInTraining: boolean;
  /** Whether some of these scans chose the network. */
  readonly choseTheNetwork: boolean;
  readonly roc: readonly RocPoint[];
  /** Of resampled scans, where there are some. */
  readonly rocBand: RocBand | undefined;
  /** Whether these are the rows that the run held out, of its own data. */
  readonly isHoldout: boolean;
  /** What the scores come from: program, checkpoint, and the content of the data. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly findings: readonly ScoredFinding[];
  /** Later checkpoints that are damaged, and were passed over; scans that were not scored. */
  readonly notes: readonly string[];
  /** Absolute paths of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Predicts rows with a run's network, scores them, and writes RUN/evaluation/PART/predictions.csv, to which RUN/predictions.csv leads
 * when the part is the run's hold-out; one evaluation of a run at a time, also while the run goes on.
 * Throws InputError, EnvironmentError (another evaluation of this run).
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
  const { config, step, stepsPerEpoch } = meta;
  const epoch = Math.ceil(step / stepsPerEpoch);
  // The run's own path: a resume may have named another since this checkpoint was left.
  const patches = await openPatchFile(options.data ?? readRunConfig(run).data);
  try {
    requireVoxels(patches.path, await sampleVoxels(patches), config.intensity);
    const data = await dataIdentity(patches);
    const differences = meta.data === undefined ? [] : dataDifferences(data, meta.data);
    if (options.data === undefined) requireSameData(differences, patches.path, run);
    const { dim, slices } = shapeOfCrop(patches.format, config.crop);
    const labels = scanLabels(patches);
    const split = readRunSplit(run);
    const isOwnData = differences.length === 0;
    const { holdout, part } = options;
    const { rows, name, isHoldout, notes } = evaluatedRows({
      ...{ labels, file: patches.path, config, split, isOwnData },
      ...(holdout === undefined ? {} : { holdout }),
      ...(part === undefined ? {} : { part }),
    });
    const classes = Array.from(rows, (row) => labels.classes[row]!);
    if (!classes.includes(0) || !classes.includes(1))
      throw new InputError(
        patches.path,
        `${name}: the patches have one class alone: expected nodules and others, to score by`,
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
      const findings = patches.findings(rows).map((finding, i) => ({
        ...finding,
        class: classes[i]!,
        notrain: labels.notrain[rows[i]!]!,
        probability: probabilities[i]!,
      }));
      const uids = findings.map(({ seriesUid }) => seriesUid);
      const best = meta.best?.step === step ? meta.best : undefined;
      const { scores, area, corrected } = patchScores({
        ...{ probabilities, classes, seriesUids: uids },
        notrain: findings.map(({ notrain }) => notrain),
        threshold: best?.threshold ?? DEFAULT_THRESHOLD,
        shares: sharesOf(config, labels, split, classes),
      });
      return {
        ...{ run, epoch, holdout: holdout ?? config.holdout, part: name },
        ...seenBy(new Set(uids), split, isHoldout),
        ...scores,
        roc: rocCurve(probabilities, classes),
        rocBand: area.byScan?.band,
        findings,
        isHoldout,
        provenance: {
          program: meta.program,
          checkpoint: basename(checkpoint.folder),
          step,
          file: patches.path,
          data,
        },
        notes: [...damaged, ...notes],
        files: writeTables(run, name, isHoldout, findings, corrected),
      };
    } finally {
      await feed.close();
      learner.dispose();
    }
  } finally {
    patches.close();
  }
}

/** Without validation rows, or of a checkpoint that is not the best one. */
const DEFAULT_THRESHOLD = 0.5;

/** Nodules in the batches, and in the training rows that they were drawn from; of data without these, in the rows that are scored. */
function sharesOf(
  { sampling, loss }: TrainConfig,
  { classes, notrain, seriesUids }: ScanLabels,
  split: SeriesSplit | undefined,
  scored: readonly number[],
): { training: number; data: number } {
  const trained = new Set(split?.training);
  const own = Array.from(classes).filter((_, row) => trained.has(seriesUids[row]!) && notrain[row] === 0);
  const some = new Set(own).size > 1 ? own : scored;
  const data = some.reduce((sum, value) => sum + value, 0) / some.length;
  return { training: shareOfLoss(loss, shareInBatches(sampling, data)), data };
}

/** Paths of the submission, and of the table with classes and corrected probabilities. */
function writeTables(
  run: string,
  part: string,
  isHoldout: boolean,
  findings: readonly ScoredFinding[],
  corrected: Float64Array,
): Record<'predictions' | 'rows', string> {
  const folder = evaluationFolder(run, part);
  const files = { predictions: join(folder, 'predictions.csv'), rows: join(folder, 'rows.csv') };
  writeFileAtomically(files.predictions, predictionTable(findings));
  writeFileAtomically(files.rows, rowTable(findings, corrected));
  if (isHoldout) leadTo(files.predictions, join(run, 'predictions.csv'));
  return files;
}

/** What lies under the run's path may be another file by now: then its user says that it is to be scored. */
function requireSameData(differences: readonly string[], path: string, run: string): void {
  if (differences.length > 0)
    throw new InputError(
      path,
      `expected the data that ${run} was trained on, received ${differences.join('; ')}: name what is to be scored with --data`,
    );
}

/** Runs of earlier versions do not say which series they saw: all but those that they held out. */
function seenBy(
  uids: ReadonlySet<string>,
  split: SeriesSplit | undefined,
  isHoldout: boolean,
): Pick<Evaluation, 'seenInTraining' | 'choseTheNetwork'> {
  if (split === undefined) return { seenInTraining: !isHoldout, choseTheNetwork: isHoldout };
  const isAmong = (some: readonly string[]): boolean => some.some((uid) => uids.has(uid));
  return { seenInTraining: isAmong(split.training), choseTheNetwork: isAmong(split.validation) };
}

/** Where the files of a part's evaluation lie; made when it is not there. */
export function evaluationFolder(run: string, part: string): string {
  const folder = join(run, 'evaluation', part);
  makeFolder(folder);
  return folder;
}

/** Makes a link beside and renames it: what was there (a link, or a file of an earlier version) is replaced at once. */
export function leadTo(file: string, link: string): void {
  const beside = `${link}.partial`;
  try {
    rmSync(beside, { force: true });
    symlinkSync(relative(dirname(link), file), beside);
    renameSync(beside, link);
  } catch (error) {
    throw cannotWrite(link, error);
  }
}
