import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, VoxlabError } from '../errors.js';
import { type Crossval, crossvalScores } from '../evaluation/crossval.js';
import { crossvalConfigs } from '../evaluation/crossvalConfigs.js';
import { ROWS_FILE, SCORES_FILE } from '../evaluation/evaluationFiles.js';
import { predictionTable, rowTable } from '../evaluation/predictionTable.js';
import { findingsDocument } from '../evaluation/scoresDocument.js';
import { scanLabels } from '../feed/rowLabels.js';
import { takeFolderLock } from '../fileLock.js';
import { readJson } from '../jsonPlace.js';
import { writeFileAtomically } from '../paths.js';
import { withSharedPaths } from '../sharedPath.js';
import { openPatchFile } from '../store/patchFile.js';
import { prepareRun } from '../training/run/runFolder.js';
import { storedConfig } from '../training/run/storedConfig.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { findingLines, rocText } from './evaluate.js';
import { gpusHere, runFolds } from './foldProcesses.js';
import { readersTablesOf, wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { drawScores, scoreFigureFiles } from './scoreFigureFiles.js';
import { print, printJson, say } from './standardStreams.js';
import { withTrainingOptions } from './train.js';
import { configOf, removeIfEmpty, threadShare, visibleGpusOfAll } from './trainConfigOf.js';
import type { TrainFlags } from './trainFlags.js';

interface CrossvalFlags extends TrainFlags {
  readonly jobs?: number;
  readonly annotations?: string;
  readonly excluded?: string;
}

export const registerCrossvalCommand: RegisterCommand = (program) => {
  withTrainingOptions(
    program
      .command('crossval')
      .description(
        'Trains and evaluates a network for each fold, side by side where devices are free, and scores all scans as one submission.',
      ),
  )
    .option(
      '--folds <k>',
      "the file's subsets where it has so many, else folds of whole scans (default: the subsets, else ten)",
      wholeNumber(3, 1000),
    )
    .option(
      '--jobs <n>',
      'folds at the same time (default: as many as GPUs allow; 1 without)',
      wholeNumber(1, 1024),
    )
    .option('--annotations <file>', "CSV of the readers' nodules, as in `evaluate`")
    .option('--excluded <file>', 'CSV of findings that are ignored, as in `evaluate`')
    .option('--out <folder>', 'holds fold-0/, fold-1/, ... and the scores (default: a new one in RUNS_DIR)')
    .option('--resume <folder>', 'go on where a cross-validation was stopped, with its own settings')
    .option(
      '--json',
      'one JSON document on stdout: {folds:[{fold, rocAuc, cpm}], pooled:{rocAuc, cpm, band, ...}, files}',
    )
    .action(crossval);
};

/** Some folds came to no end; each has said why. */
class FoldsFailed extends VoxlabError {
  readonly _tag = 'FoldsFailed';

  constructor(
    message: string,
    override readonly exitCode: number,
  ) {
    super(message);
  }
}

async function crossval(flags: CrossvalFlags): Promise<void> {
  if (flags.resume !== undefined) return runAll(storedFolds(resolve(flags.resume), flags), flags);
  const { folds, ...others } = flags;
  const config = await configOf(others);
  try {
    await runAll(await newFolds(config, flags), flags);
  } finally {
    if (flags.out === undefined) removeIfEmpty(config.run);
  }
}

async function runAll({ folder, configs, jobs }: Folds, flags: CrossvalFlags): Promise<void> {
  const { devices } = configs[0]!;
  const gpusOfAll = visibleGpusOfAll(flags, devices, jobs, process.env);
  const release = takeFolderLock(folder, 'crossval');
  try {
    if (flags.resume === undefined) writePlan(folder, configs);
    for (const config of configs) prepareRun({ ...config, ...threadsOf(config, jobs) });
    say(`${configs.length} folds, ${jobs} at a time, in ${folder}\n`);
    const runs = configs.map(({ run }) => run);
    const evaluation = (['annotations', 'excluded'] as const).flatMap((name) =>
      flags[name] === undefined ? [] : [`--${name}`, resolve(flags[name])],
    );
    const { failed, interrupted } = await runFolds({
      ...{ runs, jobs, evaluation },
      gpusOf: (job) => gpusOfAll[job],
    });
    const goOn = `go on with: voxlab crossval --resume ${folder}`;
    if (interrupted) throw new FoldsFailed(`interrupted; ${goOn}`, 130);
    if (failed.length > 0)
      throw new FoldsFailed(
        `${failed.length} of ${runs.length} folds failed (${failed.join(', ')}): mend what they say above, then ${goOn}`,
        1,
      );
    report(folder, await crossvalScores(runs, readersTablesOf(flags)), flags.json === true);
  } finally {
    release();
  }
}

interface Folds {
  readonly folder: string;
  readonly configs: readonly TrainConfig[];
  readonly jobs: number;
}

async function newFolds(config: TrainConfig, flags: CrossvalFlags): Promise<Folds> {
  if (existsSync(config.run) && readdirSync(config.run).some((name) => !name.endsWith('.lock')))
    throw new InputError(
      config.run,
      `expected a new folder for the folds, found other content; use another --out, or --resume ${config.run}`,
    );
  const patches = await openPatchFile(config.data);
  try {
    const configs = crossvalConfigs(config, scanLabels(patches), flags.folds);
    return { folder: config.run, configs, jobs: jobsOf(flags, config) };
  } finally {
    patches.close();
  }
}

function storedFolds(folder: string, flags: CrossvalFlags): Folds {
  const configs = readJson(planFile(folder), 'the folds of a cross-validation')
    .at('folds')
    .list()
    .map(storedConfig)
    .map((config) => ({ ...config, run: join(folder, `fold-${config.holdout}`) }));
  if (configs.length === 0) throw new InputError(planFile(folder), 'expected folds, received none');
  return { folder, configs, jobs: jobsOf(flags, configs[0]!) };
}

function planFile(folder: string): string {
  return join(folder, 'crossval.json');
}

function writePlan(folder: string, folds: readonly TrainConfig[]): void {
  writeFileAtomically(planFile(folder), `${JSON.stringify({ folds }, null, 2)}\n`);
}

function jobsOf({ jobs }: CrossvalFlags, { devices }: TrainConfig): number {
  return jobs ?? Math.max(1, Math.floor(gpusHere() / devices));
}

/** Folds that run at the same time share the cores. */
function threadsOf({ threads, devices }: TrainConfig, jobs: number): Pick<TrainConfig, 'threads'> {
  return { threads: threads === 0 && jobs > 1 ? threadShare(jobs, devices) : threads };
}

/** Writes the merged submission, the scores and their figures, and prints what they say. */
function report(folder: string, scores: Crossval, asJson: boolean): void {
  const { findings, corrected } = scores;
  const files = {
    submission: join(folder, 'submission.csv'),
    rows: join(folder, ROWS_FILE),
    ...scoreFigureFiles(folder, scores),
    scores: join(folder, SCORES_FILE),
  };
  writeFileAtomically(files.submission, predictionTable(findings));
  writeFileAtomically(files.rows, rowTable(findings, corrected));
  drawScores(folder, scores);
  const document = documentOf(scores);
  writeFileAtomically(files.scores, `${JSON.stringify(withSharedPaths(document), null, 2)}\n`);
  for (const note of scores.notes) say(`note: ${note}\n`);
  if (asJson) printJson({ ...document, files });
  else print(textOf(scores, files));
}

/** What is printed and stored: all but the long lists. */
function documentOf(scores: Crossval): Record<string, unknown> {
  const {
    folds,
    findings: _,
    corrected: __,
    roc: ___,
    rocBand,
    precisionRecall,
    froc,
    notes,
    ...all
  } = scores;
  const { findingScores, ...pooled } = all;
  const { cpmBand: band, ...byReaders } = findingsDocument(findingScores);
  return {
    folds: folds.map(({ holdout, ...fold }) => ({ fold: holdout, ...fold })),
    pooled: { ...pooled, ...byReaders, band },
    notes,
  };
}

function textOf(scores: Crossval, files: Readonly<Record<string, string>>): string {
  const { folds, scans, rows, positives, sensitivity, specificity } = scores;
  const digits = (value: number | null): string => value?.toFixed(3) ?? '-';
  return [
    '  fold   scans   patches   nodules   ROC AUC     CPM',
    ...folds.map(
      ({ holdout, scans: some, rows: patches, positives: nodules, rocAuc, cpm }) =>
        `  ${String(holdout).padStart(4)}${String(some).padStart(8)}${String(patches).padStart(10)}${String(nodules).padStart(10)}${digits(rocAuc).padStart(10)}${digits(cpm).padStart(8)}`,
    ),
    `all scans, each scored by the network that never saw it: ${rows} patches of ${scans} scans, ${positives} of them ${scores.classNames[1]}`,
    `  ROC AUC  ${rocText(scores)}`,
    `  at the thresholds of the validations: sensitivity ${digits(sensitivity)}, specificity ${digits(specificity)}`,
    ...findingLines(scores),
    ...Object.entries(files).map(([name, file]) => `  ${name}: ${file}`),
    '',
  ].join('\n');
}
