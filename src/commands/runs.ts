import { resolve } from 'node:path';
import { awaitReadable } from '../awaitReadable.js';
import { MODEL_CONFIG_FILE, readTrainingSettings } from '../config/trainingSettings.js';
import {
  type EvaluationScores,
  type ListedRun,
  listRuns,
  RUN_ORDERS,
  type RunList,
  type RunOrder,
} from '../evaluation/runList.js';
import { withoutControls } from '../withoutControls.js';
import { alignedColumns } from './alignedColumns.js';
import { oneOf } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson, say } from './standardStreams.js';

interface RunsFlags {
  readonly config: string;
  readonly sort: RunOrder;
  readonly json?: boolean;
}

export const registerRunsCommand: RegisterCommand = (program) => {
  program
    .command('runs')
    .description(
      'Lists runs beside each other: how far they are, their scores, and the settings in which they differ.',
    )
    .argument('[folder]', 'holds runs, or is one (default: RUNS_DIR)')
    .option('--config <file>', 'settings that name RUNS_DIR', MODEL_CONFIG_FILE)
    .option(
      '--sort <order>',
      'date (newest last), loss (of the validation), auc or cpm (of the held-out scans)',
      oneOf(...RUN_ORDERS),
      'date',
    )
    .option(
      '--json',
      'one JSON document on stdout: {folder, differing, runs:[{run, date, epoch, step, best, evaluations, data, device, seed, revision, settings, problems}]}',
    )
    .action(runs);
};

async function runs(given: string | undefined, flags: RunsFlags): Promise<void> {
  const folder = resolve(given ?? readTrainingSettings(resolve(flags.config)).runsFolder);
  await awaitReadable(folder);
  const list = listRuns(folder, flags.sort);
  if (flags.json === true) printJson({ folder, ...list });
  else print(list.runs.length === 0 ? `no runs in ${folder}\n` : tableOf(list));
  for (const { run, problems } of list.runs)
    for (const problem of problems) say(`warning: ${run} is damaged: ${problem}\n`);
}

/** A line a run; a column for each setting in which they differ. */
function tableOf({ runs, differing }: RunList): string {
  const digits = (value: number | null | undefined, places: number): string =>
    value === null || value === undefined ? '-' : value.toFixed(places);
  const columns: readonly [string, (run: ListedRun) => string][] = [
    ['run', ({ run, problems }) => `${run}${problems.length > 0 ? ' (damaged)' : ''}`],
    ['date', ({ date }) => date.slice(0, 16).replace('T', ' ')],
    ['epochs', ({ epoch, epochs }) => `${epoch ?? '?'}/${epochs ?? '?'}`],
    ['steps', ({ step }) => String(step ?? '?')],
    ['val loss', ({ best }) => digits(best?.valLoss, 4)],
    ['val AUC', ({ best }) => digits(best?.rocAuc, 3)],
    ['AUC', ({ heldOut }) => `${digits(heldOut?.rocAuc, 3)}${ofThen(heldOut)}`],
    ['CPM', ({ heldOut }) => digits(heldOut?.cpm, 3)],
    ['data', ({ data }) => data ?? '-'],
    ['device', ({ device }) => device ?? '-'],
    ['seed', ({ seed }) => String(seed ?? '-')],
    ['revision', ({ revision }) => revision?.replace(/^(.{7})[0-9a-f]*/, '$1') ?? '-'],
    ...differing.map((key): [string, (run: ListedRun) => string] => [
      key,
      ({ settings }) => (key in settings ? JSON.stringify(settings[key]).replaceAll('"', '') : '-'),
    ]),
  ];
  return alignedColumns([
    columns.map(([name]) => name),
    ...runs.map((run) => columns.map(([, of]) => withoutControls(of(run)))),
  ]);
}

/** Of scores from before the run went on. */
function ofThen(scores: EvaluationScores | null): string {
  return scores === null || scores.isCurrent ? '' : ` (epoch ${scores.epoch})`;
}
