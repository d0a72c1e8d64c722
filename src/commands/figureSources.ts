import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { csvColumns } from '../candidates/csvTable.js';
import { CLASS_NAMES, type ClassNames, parseClassNames } from '../config/classNames.js';
import { InputError } from '../errors.js';
import { holdoutName } from '../evaluation/evaluatedRows.js';
import { evaluationFolder, ROWS_FILE, SCORES_FILE } from '../evaluation/evaluationFiles.js';
import { readJson } from '../jsonPlace.js';
import { isFolder } from '../paths.js';
import { type MetricRecord, metricsFile, metricsOf } from '../training/run/metricsLog.js';
import { configFile, readRunConfig } from '../training/run/runFolder.js';
import { say } from './standardStreams.js';

/** The records of a run, finished or not; lines that are none are named on stderr. Throws InputError for what is no run. */
export function recordsOf(run: string): Iterable<MetricRecord> {
  if (!isFolder(run) || !existsSync(metricsFile(run)))
    throw new InputError(
      run,
      `expected the folder of a run, with metrics.jsonl, found ${foundAt(run)}; \`voxlab runs\` lists runs`,
    );
  let warned = false;
  return metricsOf(run, ({ message }) => {
    if (!warned) say(`warning: ${message}; the figure is drawn without it\n`);
    warned = true;
  });
}

/**
 * The table of scored rows that a source has: the table itself, that beside a submission, of a folder of an evaluation or a
 * cross-validation, or of a run's hold-out. Throws InputError, naming what was expected.
 */
export function rowsFileOf(source: string): string {
  if (!existsSync(source)) throw new InputError(source, `expected ${SCORES_EXPECTED}, found nothing`);
  if (!isFolder(source)) {
    if (csvColumns(source).includes('class')) return source;
    // RUN/predictions.csv is a link into the evaluation.
    const beside = join(dirname(realpathSync(source)), ROWS_FILE);
    if (existsSync(beside)) return beside;
    throw new InputError(
      source,
      `expected columns seriesuid, class and probability, received ${csvColumns(source).join(', ')}, and there is no ${ROWS_FILE} beside it`,
    );
  }
  if (existsSync(join(source, ROWS_FILE))) return join(source, ROWS_FILE);
  if (!existsSync(configFile(source)))
    throw new InputError(source, `expected ${SCORES_EXPECTED}, found another folder`);
  const part = holdoutName(readRunConfig(source).holdout);
  const file = join(evaluationFolder(source, part), ROWS_FILE);
  if (!existsSync(file))
    throw new InputError(
      source,
      `expected an evaluation of the run's hold-out, found none: npx voxlab evaluate ${source}`,
    );
  return file;
}

const SCORES_EXPECTED =
  'a run, a folder of an evaluation or a cross-validation, or a CSV with seriesuid, class and probability';

/** How scores.json beside a table of rows calls the classes. */
export function classNamesBeside(rowsFile: string): ClassNames {
  const file = join(dirname(rowsFile), SCORES_FILE);
  if (!existsSync(file)) return CLASS_NAMES;
  const scores = readJson(file, 'the scores of an evaluation');
  const own = (scores.at('pooled').ifThere ?? scores).at('classNames').ifThere?.texts();
  return parseClassNames(own?.join(',') ?? '') ?? CLASS_NAMES;
}

/** A log of GPU use: the file, or that of a run; of a run its folder, too. Throws InputError. */
export function gpuSource(source: string): { readonly log: string; readonly run?: string } {
  if (!isFolder(source)) return { log: source };
  const log = join(source, 'gpu.jsonl');
  if (existsSync(log)) return { log, run: source };
  throw new InputError(
    source,
    'expected a log of GPU use, or a run that has one (gpu.jsonl), found neither: `voxlab train --record-gpu` records it',
  );
}

/** A patch file. Throws InputError for what is no file. */
export function patchFileOf(source: string): string {
  if (!existsSync(source) || isFolder(source))
    throw new InputError(source, `expected a patch file (*-patch.hdf5), found ${foundAt(source)}`);
  return source;
}

function foundAt(path: string): string {
  return !existsSync(path) ? 'nothing' : isFolder(path) ? 'another folder' : 'a file';
}
