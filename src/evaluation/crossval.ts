import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { awaitReadable } from '../awaitReadable.js';
import { centerOf, numberCell, readCsvTable, uidCell } from '../candidates/csvTable.js';
import type { ClassNames } from '../config/classNames.js';
import { InputError } from '../errors.js';
import { rocArea } from '../scores/roc.js';
import type { SeriesSplit } from '../training/run/dataIdentity.js';
import { readRunConfig, readRunSplit } from '../training/run/runFolder.js';
import { configDifferences } from '../training/run/storedConfig.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { holdoutName } from './evaluatedRows.js';
import { evaluationFolder, ROWS_FILE, readScores } from './evaluationFiles.js';
import { type FindingFroc, type FindingScores, findingScores } from './findingScores.js';
import { patchScores, type ScoredPatches } from './patchScores.js';
import { ROW_COLUMNS, type ScoredFinding } from './predictionTable.js';
import { type ReadersTables, type ReadersTablesRequest, readersTables } from './readersTables.js';

/** One run of a cross-validation, and what its network says of the scans that it held out. */
export interface CrossvalFold {
  readonly run: string;
  readonly holdout: TrainConfig['holdout'];
  /** Of the checkpoint that was evaluated. */
  readonly epoch: number;
  readonly scans: number;
  readonly rows: number;
  readonly positives: number;
  readonly rocAuc: number;
  /** Null where no table has a nodule of these scans. */
  readonly cpm: number | null;
}

/** All scans, each scored by the network that never saw it. */
export interface Crossval extends ScoredPatches {
  readonly folds: readonly CrossvalFold[];
  readonly classNames: ClassNames;
  readonly findings: readonly ScoredFinding[];
  /** Probabilities for the share of nodules in the data, one a finding. */
  readonly corrected: readonly number[];
  readonly findingScores: FindingScores | null;
  readonly froc: FindingFroc | undefined;
  /** What a reader of the scores should know. */
  readonly notes: readonly string[];
}

/**
 * Pools the held-out predictions of runs (evaluated ones) into one score: of one submission, not the mean of ten scores. That no
 * network saw what it is scored on is proven from the splits that the runs have stored. Throws InputError for a run that is not
 * evaluated, runs of other data or settings, a scan that a fold has seen or that two hold out, and where a file system does not answer.
 * @example
 * const folder = inRepository('runs/crossval');
 * const runs = listRuns(folder).runs.map(({ run }) => `${folder}/${run}`);
 * const { rocAuc, folds } = await crossvalScores(runs);
 * console.log(`${folds.length} folds, pooled ROC AUC ${rocAuc.toFixed(3)}`);
 */
export async function crossvalScores(
  runs: readonly string[],
  tables: ReadersTablesRequest = {},
): Promise<Crossval> {
  for (const run of runs) await awaitReadable(run);
  const folds = runs.map(readFold);
  requireComparable(folds);
  requireUnseen(folds);
  const findings = folds.flatMap((fold) => fold.findings);
  const corrected = folds.flatMap((fold) => fold.corrected);
  const thresholds = folds.flatMap((fold) => fold.findings.map(() => fold.threshold));
  const readers = await readersTables(new Set(findings.map(({ seriesUid }) => seriesUid)), tables);
  const byReaders = readers === undefined ? undefined : findingScores(findings, readers, thresholds);
  return {
    ...patchScores({ findings, thresholds, corrected }),
    folds: folds.map((fold) => foldScore(fold, readers)),
    classNames: folds[0]!.config.classNames,
    ...{ findings, corrected },
    findingScores: byReaders?.scores ?? null,
    froc: byReaders?.froc,
    notes: notesOf(folds),
  };
}

interface Fold {
  readonly run: string;
  readonly config: TrainConfig;
  readonly split: SeriesSplit;
  readonly epoch: number;
  readonly threshold: number;
  readonly findings: readonly ScoredFinding[];
  readonly corrected: readonly number[];
}

function readFold(run: string): Fold {
  const config = readRunConfig(run);
  const split = readRunSplit(run);
  const part = holdoutName(config.holdout);
  const rows = join(evaluationFolder(run, part), ROWS_FILE);
  const { epoch = null, threshold = null } = readScores(run, part) ?? {};
  if (split === undefined || epoch === null || threshold === null || !existsSync(rows))
    throw new InputError(
      run,
      `expected the scores of its held-out scans, found none: run voxlab evaluate ${run}`,
    );
  const [findings, corrected]: [ScoredFinding[], number[]] = [[], []];
  for (const row of readCsvTable(rows, ROW_COLUMNS)) {
    findings.push({
      seriesUid: uidCell(row, rows),
      centerWorldMm: centerOf(row, rows),
      class: numberCell(row, 'class', rows),
      notrain: numberCell(row, 'notrain', rows),
      probability: numberCell(row, 'probability', rows),
    });
    corrected.push(numberCell(row, 'corrected', rows));
  }
  return { run, config, split, epoch, threshold, findings, corrected };
}

/** One data set, one way to train: else the scores are of several experiments. */
function requireComparable([first, ...others]: readonly Fold[]): void {
  for (const { run, config, split } of others) {
    const { holdout, validation } = first!.config;
    const differences = configDifferences({ ...config, holdout, validation }, first!.config);
    if (split.labels !== first!.split.labels) differences.push('other data');
    if (differences.length > 0)
      throw new InputError(
        run,
        `expected the data and settings of ${first!.run}, received ${differences.join('; ')}`,
      );
  }
}

/** The proof that a score is of scans that its network never saw. */
function requireUnseen(folds: readonly Fold[]): void {
  const heldOutBy = new Map<string, string>();
  for (const { run, split, findings } of folds) {
    const seen = new Set([...split.training, ...split.validation, ...(split.earlier ?? [])]);
    const heldOut = new Set(split.heldOut);
    for (const { seriesUid } of findings) {
      if (seen.has(seriesUid) || !heldOut.has(seriesUid))
        throw new InputError(
          run,
          `expected scores of scans that it held out, received ${seriesUid}, which it ${seen.has(seriesUid) ? 'has seen' : 'does not know'}`,
        );
      const other = heldOutBy.get(seriesUid) ?? run;
      if (other !== run)
        throw new InputError(
          run,
          `expected scans that no other fold holds out, received ${seriesUid} of ${other}`,
        );
      heldOutBy.set(seriesUid, run);
    }
  }
}

function foldScore(
  { run, config, epoch, threshold, findings }: Fold,
  readers: ReadersTables | undefined,
): CrossvalFold {
  const classes = findings.map((finding) => finding.class);
  const probabilities = findings.map(({ probability }) => probability);
  const uids = new Set(findings.map(({ seriesUid }) => seriesUid));
  const nodules = readers?.nodules.filter(({ seriesUid }) => uids.has(seriesUid)) ?? [];
  const thresholds = new Float64Array(findings.length).fill(threshold);
  const { area, positives } = rocArea(probabilities, classes);
  return {
    ...{ run, holdout: config.holdout, epoch, scans: uids.size, rows: findings.length, positives },
    rocAuc: area,
    cpm:
      nodules.length === 0 ? null : findingScores(findings, { ...readers!, nodules }, thresholds).scores.cpm,
  };
}

function notesOf(folds: readonly Fold[]): string[] {
  const heldOut = new Set(folds.flatMap(({ split }) => split.heldOut));
  const others = new Set(folds.flatMap(({ split }) => [...split.training, ...split.validation]));
  const never = [...others].filter((uid) => !heldOut.has(uid)).length;
  return never === 0 ? [] : [`${never} scans are held out by none of these runs: they are in no score`];
}
