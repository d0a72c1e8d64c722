import { join, resolve } from 'node:path';
import type { Holdout } from '../config/holdout.js';
import { UsageError } from '../errors.js';
import { type Evaluation, evaluate, evaluationFolder, leadTo } from '../evaluation/evaluate.js';
import { PARTS, type Part } from '../evaluation/evaluatedRows.js';
import { rocFigure } from '../figures/trainingFigures.js';
import { writeFileAtomically } from '../paths.js';
import { progressLine } from '../progress.js';
import type { CheckpointLink } from '../training/checkpoint.js';
import { holdout, oneOf, printJson, withInterrupt } from './options.js';
import type { RegisterCommand } from './program.js';

interface EvaluateFlags {
  readonly data?: string;
  readonly holdout?: Holdout;
  readonly part?: Part;
  readonly checkpoint: CheckpointLink;
  readonly json?: boolean;
}

export const registerEvaluateCommand: RegisterCommand = (program) => {
  program
    .command('evaluate')
    .description(
      'Scores a run on the patches it never saw: predictions.csv, accuracy, ROC AUC with its 95 % interval.',
    )
    .argument('<run>', "the run's folder")
    .option('--data <file>', "another patch file than the run's own")
    .option(
      '--holdout <k>',
      'subsets of the file, in place of the scans that the run held out: 5 or 5,6',
      holdout,
    )
    .option('--part <name>', `scans by what the run did with them: ${PARTS.join(', ')}`, oneOf(...PARTS))
    .option('--checkpoint <name>', 'best (lowest validation loss) or last', oneOf('best', 'last'), 'best')
    .option('--json', 'one JSON document on stdout: {holdout, rows, accuracy, rocAuc, rocAucInterval, files}')
    .action(runEvaluate);
};

async function runEvaluate(run: string, flags: EvaluateFlags): Promise<void> {
  if (flags.part !== undefined && flags.holdout !== undefined)
    throw new UsageError('--holdout names subsets, --part what the run did with scans: expected one of them');
  const line = progressLine();
  const evaluation = await withInterrupt((signal) =>
    evaluate({
      run: resolve(run),
      checkpoint: flags.checkpoint,
      ...(flags.data === undefined ? {} : { data: resolve(flags.data) }),
      ...(flags.holdout === undefined ? {} : { holdout: flags.holdout }),
      ...(flags.part === undefined ? {} : { part: flags.part }),
      signal,
      onProgress: (progress) => line.update(progress),
      beforeRelease: writeOthers,
    }),
  ).finally(() => line.end());
  for (const note of evaluation.notes) process.stderr.write(`warning: ${note}\n`);
  if (evaluation.seenInTraining)
    process.stderr.write(`note: ${evaluation.part} was seen in training; its scores are no estimate\n`);
  if (evaluation.choseTheNetwork)
    process.stderr.write(`note: scans of ${evaluation.part} chose the network; its scores are too good\n`);
  const files = { ...evaluation.files, ...othersOf(evaluation) };
  if (flags.json === true) printJson({ ...scoresOf(evaluation), files });
  else process.stdout.write(textOf({ ...evaluation, files }));
}

/** Beside the predictions. */
function othersOf({ run, part }: Evaluation): Readonly<Record<'roc' | 'scores', string>> {
  const folder = evaluationFolder(run, part);
  return { roc: join(folder, 'roc.svg'), scores: join(folder, 'scores.json') };
}

/** While no other evaluation of this run can. */
function writeOthers(evaluation: Evaluation): void {
  const { run, roc, rocAuc, rocAucInterval, isHoldout } = evaluation;
  const files = othersOf(evaluation);
  writeFileAtomically(files.roc, rocFigure(roc, rocAuc, rocAucInterval).svg());
  writeFileAtomically(
    files.scores,
    `${JSON.stringify({ ...scoresOf(evaluation), ...evaluation.provenance }, null, 2)}\n`,
  );
  if (isHoldout) leadTo(files.roc, join(run, 'roc.svg'));
}

/** What is printed and stored: all but the long lists. */
function scoresOf(evaluation: Evaluation) {
  const { run, epoch, holdout, part, seenInTraining, choseTheNetwork } = evaluation;
  const { scans, rows, positives, accuracy, rocAuc, rocAucInterval } = evaluation;
  return {
    ...{ run, epoch, holdout, part, seenInTraining, choseTheNetwork },
    ...{ scans, rows, positives, accuracy, rocAuc, rocAucInterval },
  };
}

function textOf({
  part,
  epoch,
  scans,
  rows,
  positives,
  accuracy,
  rocAuc,
  rocAucInterval,
  files,
}: Evaluation): string {
  const [low, high] = rocAucInterval;
  return [
    `${part}, network of epoch ${epoch}: ${rows} patches of ${scans} ${scans === 1 ? 'scan' : 'scans'}, ${positives} of them nodules`,
    `  accuracy ${(100 * accuracy).toFixed(1)} %`,
    `  ROC AUC  ${rocAuc.toFixed(3)}, 95 % interval ${low.toFixed(3)} to ${high.toFixed(3)} (DeLong)`,
    ...Object.entries(files).map(([name, file]) => `  ${name}: ${file}`),
    '',
  ].join('\n');
}
