import { basename, dirname, join, relative } from 'node:path';
import { InputError } from '../errors.js';
import { shareInBatches, shareOfLoss } from '../feed/batchShare.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import { type ScanLabels, scanLabels } from '../feed/rowLabels.js';
import { takeLock } from '../fileLock.js';
import { given } from '../given.js';
import { cannotWrite, replaceLink, writeFileAtomically } from '../paths.js';
import { correctedForShare } from '../scores/priorShift.js';
import { withSharedPaths } from '../sharedPath.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { requireVoxels, sampleVoxels } from '../store/voxelSample.js';
import { openFeed } from '../training/openFeed.js';
import { createPredictingLearner } from '../training/predictingLearner.js';
import { predictRows } from '../training/predictRows.js';
import { dataDifferences, dataIdentity, type SeriesSplit } from '../training/run/dataIdentity.js';
import { type Checkpoint, loadLinked } from '../training/run/loadCheckpoint.js';
import { readRunConfig, readRunSplit } from '../training/run/runFolder.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { evaluatedRows } from './evaluatedRows.js';
import type { EvaluateOptions, Evaluation } from './evaluation.js';
import { evaluationFolder, evaluationsFolder, ROWS_FILE, SCORES_FILE } from './evaluationFiles.js';
import { findingScores } from './findingScores.js';
import { patchScores } from './patchScores.js';
import { predictionTable, rowTable, type ScoredFinding } from './predictionTable.js';
import { readersTables } from './readersTables.js';
import { scoresDocument } from './scoresDocument.js';
import { predictSymmetric } from './symmetricPredictions.js';

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
    writeFileAtomically(evaluation.files.scores!, `${JSON.stringify(withSharedPaths(document), null, 2)}\n`);
    options.beforeRelease?.(evaluation);
    return evaluation;
  } finally {
    release();
  }
}

/** Makes this process the only one that evaluates a run; returns the release. Throws EnvironmentError, naming the other one. */
export function lockEvaluation(run: string): () => void {
  return takeLock(evaluationsFolder(run));
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
      ...given({ holdout, part }),
    });
    const { rows, notes } = scored;
    // Beside the plain evaluation, to which the run's own links lead.
    const name = options.tta === undefined ? scored.name : `${scored.name}-tta-${options.tta}`;
    const isHoldout = scored.isHoldout && options.tta === undefined;
    const classes = classesOf(rows, labels, patches.path, name);
    const uids = Array.from(rows, (row) => labels.seriesUids[row]!);
    const tables = await readersTables(new Set(uids), options);
    const probabilities = await predict(checkpoint, patches, rows, options);
    const findings = patches.findings(rows).map((finding, i) => ({
      row: rows[i]!,
      ...finding,
      ...{ class: classes[i]!, notrain: labels.notrain[rows[i]!]!, probability: probabilities[i]! },
    }));
    const threshold = (meta.best?.step === step ? meta.best.threshold : undefined) ?? DEFAULT_THRESHOLD;
    const thresholds = new Float64Array(rows.length).fill(threshold);
    const corrected = correctedForShare(probabilities, sharesOf(config, labels, split, classes));
    const byReaders = tables === undefined ? undefined : findingScores(findings, tables, thresholds);
    const { program } = meta;
    return {
      ...{ run, epoch, holdout: holdout ?? config.holdout, part: name },
      classNames: config.classNames,
      ...seenBy(new Set(uids), split, scored.isHoldout),
      ...patchScores({ findings, thresholds, corrected }),
      threshold,
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
      ...given({ signal }),
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
    rows: join(folder, ROWS_FILE),
    scores: join(folder, SCORES_FILE),
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

/** A link in the run's root to a file of its held-out part. Throws EnvironmentError. */
export function leadTo(file: string, link: string): void {
  try {
    replaceLink(link, relative(dirname(link), file));
  } catch (error) {
    throw cannotWrite(link, error);
  }
}
