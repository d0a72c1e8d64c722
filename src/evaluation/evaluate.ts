import { basename, dirname, join, relative } from 'node:path';
import type { ClassNames } from '../config/classNames.js';
import type { Holdout } from '../config/holdout.js';
import { InputError } from '../errors.js';
import { shareInBatches, shareOfLoss } from '../feed/batchShare.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import { type ScanLabels, scanLabels } from '../feed/rowLabels.js';
import { takeLock } from '../fileLock.js';
import type { OwnNetwork } from '../model/ownNetwork.js';
import { cannotWrite, makeFolder, replaceLink, writeFileAtomically } from '../paths.js';
import type { Progress } from '../progress.js';
import type { PrecisionRecallPoint } from '../scores/precisionRecall.js';
import { correctedForShare } from '../scores/priorShift.js';
import { type RocPoint, rocCurve } from '../scores/roc.js';
import type { RocBand } from '../scores/rocBootstrap.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { requireVoxels, sampleVoxels } from '../store/voxelSample.js';
import type { CheckpointLink } from '../training/checkpoint.js';
import { dataDifferences, dataIdentity, type SeriesSplit } from '../training/dataIdentity.js';
import { type Checkpoint, loadLinked } from '../training/loadCheckpoint.js';
import { openFeed } from '../training/openFeed.js';
import { createPredictingLearner } from '../training/predictingLearner.js';
import { predictRows } from '../training/predictRows.js';
import { readRunConfig, readRunSplit } from '../training/runFolder.js';
import type { TrainConfig } from '../training/trainConfig.js';
import { evaluatedRows, type Part } from './evaluatedRows.js';
import { type FindingFroc, type FindingScores, findingScores } from './findingScores.js';
import { type PatchScores, patchScores } from './patchScores.js';
import { predictionTable, rowTable, type ScoredFinding } from './predictionTable.js';
import { type ReadersTablesRequest, readersTables } from './readersTables.js';
import { scoresDocument } from './scoresDocument.js';
import { predictSymmetric, type SymmetryGroup } from './symmetricPredictions.js';

/** Which network is scored, and on what. */
export interface EvaluateOptions extends ReadersTablesRequest {
  readonly run: string;
  readonly checkpoint: CheckpointLink;
  /** Another patch file than the run's own. */
  readonly data?: string;
  /** Subsets (or folds) of the file instead of the scans that the run held out. */
  readonly holdout?: Holdout;
  /** Scans by what the run did with them. */
  readonly part?: Part;
  /** Probabilities are the means over a patch's images by these symmetries. */
  readonly tta?: SymmetryGroup;
  /** Of one's own, where the run was trained with one that no file holds. */
  readonly network?: OwnNetwork | undefined;
  readonly signal?: AbortSignal;
  /** Hears how many rows are scored. */
  readonly onProgress?: (progress: Progress) => void;
  /** Further files of the evaluation are written here, while no other one of this run can write them. */
  readonly beforeRelease?: (evaluation: Evaluation) => void;
}

/** Scores of a network on rows that it did not learn from, and what they rest on. */
export interface Evaluation extends PatchScores {
  readonly run: string;
  /** In which the network was left, at its end or inside it. */
  readonly epoch: number;
  readonly holdout: Holdout;
  readonly classNames: ClassNames;
  /** What is scored, as the folder of its files is called: `holdout-5`, `validation`, `new`. */
  readonly part: string;
  /** Whether training drew from a series of these rows, whatever the file that it was read from; false: it never saw them. */
  readonly seenInTraining: boolean;
  /** Whether some of these scans chose the network. */
  readonly choseTheNetwork: boolean;
  /** From which on a patch is called a nodule: chosen on the validation rows, or 0.5. */
  readonly threshold: number;
  readonly roc: readonly RocPoint[];
  /** Of resampled scans, where there are some. */
  readonly rocBand: RocBand | undefined;
  readonly precisionRecall: readonly PrecisionRecallPoint[];
  /** By the nodules that readers marked; null where no table knows these scans. */
  readonly findingScores: FindingScores | null;
  readonly froc: FindingFroc | undefined;
  /** Whether these are the rows that the run held out, of its own data, predicted once each. */
  readonly isHoldout: boolean;
  /** What the scores come from: program, checkpoint, and the content of the data. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** The scored rows, each with its number in the patch file. */
  readonly findings: readonly (ScoredFinding & { readonly row: number })[];
  /** Later checkpoints that are damaged, and were passed over; scans that were not scored. */
  readonly notes: readonly string[];
  /** Absolute paths of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Predicts rows with a run's network, scores them, and writes RUN/evaluation/PART/predictions.csv (to which RUN/predictions.csv leads
 * when the part is the run's hold-out), rows.csv and scores.json; one evaluation of a run at a time, also while the run goes on.
 * Throws InputError, EnvironmentError (another evaluation of this run).
 * @example
 * const { rocAuc, rows, files } = await evaluate({ run: inRepository('runs/start'), checkpoint: 'best' });
 * console.log(`ROC AUC ${rocAuc.toFixed(3)} on ${rows} held-out patches`, files);
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const checkpoint = await loadLinked(options.run, options.checkpoint);
  const release = lockEvaluation(options.run);
  try {
    const evaluation = await evaluateCheckpoint(checkpoint, options);
    const document = { ...scoresDocument(evaluation), ...evaluation.provenance };
    writeFileAtomically(evaluation.files.scores!, `${JSON.stringify(document, null, 2)}\n`);
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
  const { run, holdout, part } = options;
  const { meta, damaged } = checkpoint;
  const { config, step, stepsPerEpoch } = meta;
  const epoch = Math.ceil(step / stepsPerEpoch);
  // The run's own path: a resume may have named another since this checkpoint was left.
  const patches = await openPatchFile(options.data ?? readRunConfig(run).data);
  try {
    requireVoxels(patches.path, await sampleVoxels(patches), config.intensity);
    const labels = scanLabels(patches);
    const data = await dataIdentity(patches, labels);
    const differences = meta.data === undefined ? [] : dataDifferences(data, meta.data);
    if (options.data === undefined) requireSameData(differences, patches.path, run);
    const split = readRunSplit(run);
    const scored = evaluatedRows({
      ...{ labels, file: patches.path, config, split, isOwnData: differences.length === 0 },
      ...(holdout === undefined ? {} : { holdout }),
      ...(part === undefined ? {} : { part }),
    });
    const { rows, notes } = scored;
    // Beside the plain evaluation, to which the run's own links lead.
    const name = options.tta === undefined ? scored.name : `${scored.name}-tta-${options.tta}`;
    const isHoldout = scored.isHoldout && options.tta === undefined;
    const classes = classesOf(rows, labels, patches.path, name);
    const uids = Array.from(rows, (row) => labels.seriesUids[row]!);
    const tables = readersTables(new Set(uids), options);
    const probabilities = await predict(checkpoint, patches, rows, options);
    const notrain = Array.from(rows, (row) => labels.notrain[row]!);
    const findings = patches.findings(rows).map((finding, i) => ({
      row: rows[i]!,
      ...finding,
      ...{ class: classes[i]!, notrain: notrain[i]!, probability: probabilities[i]! },
    }));
    const threshold = (meta.best?.step === step ? meta.best.threshold : undefined) ?? DEFAULT_THRESHOLD;
    const thresholds = new Float64Array(rows.length).fill(threshold);
    const corrected = correctedForShare(probabilities, sharesOf(config, labels, split, classes));
    const patchesOf = { probabilities, classes, notrain, seriesUids: uids, thresholds, corrected };
    const { scores, area, precisionRecall } = patchScores(patchesOf);
    const byReaders = tables === undefined ? undefined : findingScores(findings, tables, thresholds);
    const { program } = meta;
    return {
      ...{ run, epoch, holdout: holdout ?? config.holdout, part: name },
      classNames: config.classNames,
      ...seenBy(new Set(uids), split, scored.isHoldout),
      ...scores,
      threshold,
      roc: rocCurve(probabilities, classes),
      rocBand: area.byScan?.band,
      precisionRecall,
      findingScores: byReaders?.scores ?? null,
      froc: byReaders?.froc,
      findings,
      isHoldout,
      provenance: {
        ...{ program, checkpoint: basename(checkpoint.folder), step, file: patches.path, data },
        tta: options.tta ?? null,
      },
      notes: [...damaged, ...notes],
      files: writeTables(run, name, isHoldout, findings, corrected),
    };
  } finally {
    patches.close();
  }
}

/** Throws InputError for rows of one class, by which nothing can be scored. */
function classesOf(rows: Uint32Array, labels: ScanLabels, file: string, part: string): number[] {
  const classes = Array.from(rows, (row) => labels.classes[row]!);
  if (!classes.includes(0) || !classes.includes(1))
    throw new InputError(
      file,
      `${part}: the patches have one class alone: expected nodules and others, to score by`,
    );
  return classes;
}

/** Probability of class 1 of each row. */
async function predict(
  { meta: { config }, weights, optimizer }: Checkpoint,
  patches: PatchFile,
  rows: Uint32Array,
  { run, network, signal, tta, onProgress }: EvaluateOptions,
): Promise<Float32Array> {
  const { dim, slices } = shapeOfCrop(patches.format, config.crop);
  const learner = await createPredictingLearner(config, patches.format, { run, network });
  const feed = openFeed(patches, config, learner.batchSize);
  try {
    await learner.load(weights, optimizer);
    const how = {
      ...(signal === undefined ? {} : { signal }),
      onRows: (done: number) =>
        onProgress?.({ stage: 'evaluate', done, total: rows.length, unit: 'patches' }),
    };
    if (tta === undefined) return await predictRows(learner, feed, rows, how);
    return await predictSymmetric(learner, feed, rows, { ...how, group: tta, size: [slices, dim, dim] });
  } finally {
    await feed.close();
    learner.dispose();
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

/** Writes the submission, and the table with classes and corrected probabilities; their paths, and that of the scores. */
function writeTables(
  run: string,
  part: string,
  isHoldout: boolean,
  findings: readonly ScoredFinding[],
  corrected: Float64Array,
): Readonly<Record<'predictions' | 'rows' | 'scores', string>> {
  const folder = evaluationFolder(run, part);
  const files = {
    predictions: join(folder, 'predictions.csv'),
    rows: join(folder, 'rows.csv'),
    scores: join(folder, 'scores.json'),
  };
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
  const { training, earlier = [] } = split;
  return {
    seenInTraining: isAmong(training) || isAmong(earlier),
    choseTheNetwork: isAmong(split.validation),
  };
}

/** Where the files of a part's evaluation lie; made when it is not there. */
export function evaluationFolder(run: string, part: string): string {
  const folder = join(run, 'evaluation', part);
  makeFolder(folder);
  return folder;
}

/** A link in the run's root to a file of its held-out part. Throws EnvironmentError. */
export function leadTo(file: string, link: string): void {
  try {
    replaceLink(link, relative(dirname(link), file));
  } catch (error) {
    throw cannotWrite(link, error);
  }
}
