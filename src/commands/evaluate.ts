import { join, resolve } from 'node:path';
import type { Holdout } from '../config/holdout.js';
import { type Evaluation, evaluate } from '../evaluation/evaluate.js';
import { rocFigure } from '../figures/trainingFigures.js';
import { writeFileAtomically } from '../paths.js';
import { progressLine } from '../progress.js';
import type { CheckpointLink } from '../training/checkpoint.js';
import { holdout, oneOf, printJson, withInterrupt } from './options.js';
import type { RegisterCommand } from './program.js';

interface EvaluateFlags {
  readonly data?: string;
  readonly holdout?: Holdout;
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
    .option('--holdout <k>', 'other subsets than those held out: 5 or 5,6', holdout)
    .option('--checkpoint <name>', 'best (lowest validation loss) or last', oneOf('best', 'last'), 'best')
    .option('--json', 'one JSON document on stdout: {holdout, rows, accuracy, rocAuc, rocAucInterval, files}')
    .action(runEvaluate);
};

async function runEvaluate(run: string, flags: EvaluateFlags): Promise<void> {
  const line = progressLine();
  const evaluation = await withInterrupt((signal) =>
    evaluate({
      run: resolve(run),
      checkpoint: flags.checkpoint,
      ...(flags.data === undefined ? {} : { data: resolve(flags.data) }),
      ...(flags.holdout === undefined ? {} : { holdout: flags.holdout }),
      signal,
      onProgress: (progress) => line.update(progress),
      beforeRelease: ({ roc, rocAuc, rocAucInterval }) =>
        writeFileAtomically(rocFile(run), rocFigure(roc, rocAuc, rocAucInterval).svg()),
    }),
  ).finally(() => line.end());
  for (const note of evaluation.notes) process.stderr.write(`warning: ${note}\n`);
  if (evaluation.seenInTraining)
    process.stderr.write(
      `note: subset ${evaluation.holdout} was seen in training; its scores are no estimate\n`,
    );
  const { roc: _, findings: __, notes: ___, ...scores } = evaluation;
  const files = { ...evaluation.files, roc: rocFile(run) };
  if (flags.json === true) printJson({ ...scores, files });
  else process.stdout.write(textOf({ ...evaluation, files }));
}

function rocFile(run: string): string {
  return join(resolve(run), 'roc.svg');
}

function textOf({
  holdout,
  epoch,
  rows,
  positives,
  accuracy,
  rocAuc,
  rocAucInterval,
  files,
}: Evaluation): string {
  const [low, high] = rocAucInterval;
  return [
    `subset ${holdout}, network of epoch ${epoch}: ${rows} patches, ${positives} of them nodules`,
    `  accuracy ${(100 * accuracy).toFixed(1)} %`,
    `  ROC AUC  ${rocAuc.toFixed(3)}, 95 % interval ${low.toFixed(3)} to ${high.toFixed(3)} (DeLong)`,
    ...Object.entries(files).map(([name, file]) => `  ${name}: ${file}`),
    '',
  ].join('\n');
}
