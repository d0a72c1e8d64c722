import { join, resolve } from 'node:path';
import { awaitReadableBelow } from '../awaitReadable.js';
import { csvText } from '../candidates/csvText.js';
import { type SubmissionScore, scoreSubmission } from '../evaluation/scoreSubmission.js';
import { SUBMISSION_COLUMNS, type SubmissionColumns } from '../evaluation/submission.js';
import { figurePage } from '../figures/figurePage.js';
import { frocFigure } from '../figures/frocFigure.js';
import { given } from '../given.js';
import { writeFileAtomically } from '../paths.js';
import { OPERATING_POINTS } from '../scores/froc.js';
import type { FrocBootstrap } from '../scores/frocBootstrap.js';
import { withSharedPaths } from '../sharedPath.js';
import { columnNames, resolved, wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson, say } from './standardStreams.js';

interface FrocFlags {
  readonly annotations: string;
  readonly excluded?: string;
  readonly seriesuids: readonly string[];
  readonly folds?: string;
  readonly columns?: SubmissionColumns;
  readonly samples: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

export const registerFrocCommand: RegisterCommand = (program) => {
  program
    .command('froc')
    .description(
      "LUNA16's official score of any submission: FROC, sensitivity at 1/8 to 8 false positives a scan, their mean (CPM), 95 % bands.",
    )
    .argument('<submission>', 'CSV of marks: seriesuid, coordX, coordY, coordZ (mm), probability')
    .requiredOption(
      '--annotations <file>',
      'CSV of nodules: seriesuid, coordX, coordY, coordZ, diameter_mm (mm)',
    )
    .option('--excluded <file>', 'CSV of findings that are ignored, same columns (default: none are)')
    .requiredOption(
      '--seriesuids <file>',
      'the scans that are scored, one uid a line; given several times, each list is a fold',
      (file: string, files: readonly string[] = []) => [...files, file],
    )
    .option(
      '--folds <path>',
      'scores each fold, too: CSV (seriesuid, and subset or fold), or the folder that holds subset0/, subset1/, ...',
    )
    .option(
      '--columns <list>',
      "the submission's own names of columns: seriesuid=uid,coordX=x,...,probability=score",
      columnNames(SUBMISSION_COLUMNS),
    )
    .option(
      '--samples <n>',
      'bootstrap samples, each as many scans as there are',
      wholeNumber(1, 100_000),
      1000,
    )
    .option('--seed <n>', 'of the bootstrap: the same seed, the same band', wholeNumber(0), 0)
    .option('--out <folder>', 'writes froc.csv, froc-curve.csv, froc.json, froc.svg and froc.html there')
    .option(
      '--json',
      'one JSON document on stdout: {cpm, sensitivities, falsePositivesPerScan, bootstrap, counts, folds, notes, files}',
    )
    .action(froc);
};

async function froc(submission: string, flags: FrocFlags): Promise<void> {
  if (flags.folds !== undefined) await awaitReadableBelow(resolve(flags.folds));
  const score = scoreSubmission({
    submission: resolve(submission),
    annotations: resolve(flags.annotations),
    seriesUids: flags.seriesuids.map((file) => resolve(file)),
    samples: flags.samples,
    seed: flags.seed,
    ...given({ excluded: resolved(flags.excluded), folds: resolved(flags.folds), columns: flags.columns }),
  });
  const files = flags.out === undefined ? {} : writeFiles(score, resolve(flags.out), resolve(submission));
  if (flags.json === true) printJson({ ...documentOf(score), files });
  else print(textOf(score, files));
  for (const note of score.notes) say(`note: ${note}\n`);
}

/** What --json prints and froc.json holds: all but the curves, which froc.csv and froc-curve.csv hold. */
function documentOf(score: SubmissionScore): Record<string, unknown> {
  return {
    cpm: score.cpm,
    sensitivities: score.sensitivities,
    falsePositivesPerScan: OPERATING_POINTS,
    bootstrap: bootstrapOf(score.bootstrap),
    counts: score.counts,
    folds: score.folds.map(({ bootstrap, ...fold }) => ({
      ...fold,
      bootstrap: bootstrap === null ? null : bootstrapOf(bootstrap),
    })),
    notes: score.notes,
  };
}

function bootstrapOf({ curve: _, sensitivities, ...bootstrap }: FrocBootstrap): Record<string, unknown> {
  const { mean, lower, upper } = sensitivities;
  return {
    ...bootstrap,
    sensitivities: { mean: Array.from(mean), lower: Array.from(lower), upper: Array.from(upper) },
  };
}

/** First column of both tables. */
const RATE = 'falsePositivesPerScan';

function writeFiles(score: SubmissionScore, folder: string, submission: string): Record<string, string> {
  const figure = frocFigure(score);
  const { mean, lower, upper } = score.bootstrap.curve;
  const bands = Array.from(score.rates, (rate, i) => [rate, mean[i]!, lower[i]!, upper[i]!]);
  const points = score.curve.map(({ falsePositivesPerScan, sensitivity, threshold }) => [
    ...[falsePositivesPerScan, sensitivity, threshold === Number.POSITIVE_INFINITY ? '' : threshold],
  ]);
  const files = {
    bands: join(folder, 'froc.csv'),
    curve: join(folder, 'froc-curve.csv'),
    json: join(folder, 'froc.json'),
    figure: join(folder, 'froc.svg'),
    page: join(folder, 'froc.html'),
  };
  writeFileAtomically(files.bands, csvText([RATE, 'mean', 'lower', 'upper'], bands));
  writeFileAtomically(files.curve, csvText([RATE, 'sensitivity', 'threshold'], points));
  writeFileAtomically(
    files.json,
    `${JSON.stringify(withSharedPaths({ submission, ...documentOf(score) }), undefined, 2)}\n`,
  );
  writeFileAtomically(files.figure, figure.svg());
  writeFileAtomically(files.page, figurePage(figure.title, [figure]));
  return files;
}

function textOf(score: SubmissionScore, files: Readonly<Record<string, string>>): string {
  const { counts, bootstrap, sensitivities, folds } = score;
  const labels = ['1/8', '1/4', '1/2', '1', '2', '4', '8'];
  const { lower, upper } = bootstrap.sensitivities;
  return [
    `${counts.scans} scans, ${counts.nodules} nodules (${counts.hitNodules} hit), ${counts.marks} marks: ${counts.falsePositives} false positives, ${counts.marksOnExcluded} on excluded findings, ${counts.repeatedHits} further hits, ${counts.marksOverLimit} over the limit`,
    '  false positives a scan   sensitivity   95 % band',
    ...sensitivities.map(
      (value, i) =>
        `  ${labels[i]!.padStart(22)}   ${value.toFixed(3).padStart(11)}   ${lower[i]!.toFixed(3)} to ${upper[i]!.toFixed(3)}`,
    ),
    `  ${'CPM'.padStart(22)}   ${score.cpm.toFixed(3).padStart(11)}   ${bandText(bootstrap)}`,
    ...folds.map(
      ({ fold, cpm, counts: { scans, nodules }, bootstrap: band }) =>
        `  ${`fold ${fold}`.padStart(22)}   ${(cpm === null ? '-' : cpm.toFixed(3)).padStart(11)}   ${band === null ? '' : bandText(band)}  ${scans} scans, ${nodules} nodules`,
    ),
    ...Object.entries(files).map(([name, file]) => `  ${name}: ${file}`),
    '',
  ].join('\n');
}

function bandText({ cpm: { lower, upper } }: FrocBootstrap): string {
  return `${lower.toFixed(3)} to ${upper.toFixed(3)}`;
}
