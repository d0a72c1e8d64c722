import { join, resolve } from 'node:path';
import type { Holdout } from '../config/holdout.js';
import { TRAINING_KEYS } from '../config/trainingSettings.js';
import { UsageError } from '../errors.js';
import { evaluate, leadTo } from '../evaluation/evaluate.js';
import { PARTS, type Part } from '../evaluation/evaluatedRows.js';
import type { Evaluation } from '../evaluation/evaluation.js';
import { evaluationFolder } from '../evaluation/evaluationFiles.js';
import type { PatchScores } from '../evaluation/patchScores.js';
import { scoresDocument } from '../evaluation/scoresDocument.js';
import { SYMMETRY_GROUPS, type SymmetryGroup } from '../evaluation/symmetricPredictions.js';
import { given } from '../given.js';
import { percent } from '../percent.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import { ofKey, oneOf, readersTablesOf, resolved } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { drawScores, scoreFigureFiles } from './scoreFigureFiles.js';
import { print, printJson, say } from './standardStreams.js';
import { withProgress } from './withProgress.js';

interface EvaluateFlags {
  readonly data?: string;
  readonly holdout?: Holdout;
  readonly part?: Part;
  readonly checkpoint: CheckpointLink;
  readonly tta?: SymmetryGroup;
  readonly annotations?: string;
  readonly excluded?: string;
  readonly json?: boolean;
}

export const registerEvaluateCommand: RegisterCommand = (program) => {
  program
    .command('evaluate')
    .description(
      'Scores a run on the patches it never saw: predictions.csv, ROC AUC with its 95 % interval, FROC and CPM, scores by size.',
    )
    .argument('<run>', "the run's folder")
    .option('--data <file>', "another patch file than the run's own")
    .option(
      '--holdout <k>',
      'subsets of the file, in place of the scans that the run held out: 5 or 5,6',
      ofKey(TRAINING_KEYS.HOLDOUT),
    )
    .option('--part <name>', `scans by what the run did with them: ${PARTS.join(', ')}`, oneOf(...PARTS))
    .option('--checkpoint <name>', 'best (lowest validation loss) or last', oneOf('best', 'last'), 'best')
    .option(
      '--tta <images>',
      "mean probability of a patch's images: its 8 flips, or the 48 symmetries of a cube; files lie beside the plain ones",
      oneOf(...SYMMETRY_GROUPS),
    )
    .option(
      '--annotations <file>',
      "CSV of the readers' nodules (default: annotations.csv beside the candidates that `crop` reads): FROC, CPM, scores by size",
    )
    .option(
      '--excluded <file>',
      'CSV of findings that are ignored (default: annotations_excluded.csv beside it)',
    )
    .option(
      '--json',
      'one JSON document on stdout: {holdout, rows, accuracy, rocAuc, rocAucInterval, prAuc, brier, cpm, bySize, ..., files}',
    )
    .action(runEvaluate);
};

async function runEvaluate(run: string, flags: EvaluateFlags): Promise<void> {
  if (flags.part !== undefined && flags.holdout !== undefined)
    throw new UsageError('--holdout names subsets, --part what the run did with scans: expected one of them');
  const { checkpoint, holdout, part, tta } = flags;
  const evaluation = await withProgress((watch) =>
    evaluate({
      ...{ run: resolve(run), checkpoint },
      ...given({ data: resolved(flags.data), holdout, part, tta }),
      ...readersTablesOf(flags),
      ...watch,
      beforeRelease: drawFigures,
    }),
  );
  for (const note of evaluation.notes) say(`warning: ${note}\n`);
  if (evaluation.seenInTraining)
    say(`note: ${evaluation.part} was seen in training; its scores are no estimate\n`);
  if (evaluation.choseTheNetwork)
    say(`note: scans of ${evaluation.part} chose the network; its scores are too good\n`);
  const folder = evaluationFolder(evaluation.run, evaluation.part);
  const files = { ...evaluation.files, ...scoreFigureFiles(folder, evaluation) };
  if (flags.json === true) printJson({ ...scoresDocument(evaluation), files });
  else print(textOf({ ...evaluation, files }));
}

/** While no other evaluation of this run can. */
function drawFigures(evaluation: Evaluation): void {
  const { run, part, isHoldout } = evaluation;
  const folder = evaluationFolder(run, part);
  drawScores(folder, evaluation);
  if (isHoldout) leadTo(join(folder, 'roc.svg'), join(run, 'roc.svg'));
}

function textOf(evaluation: Evaluation): string {
  const { part, epoch, scans, rows, positives, leftOut, accuracy, majority, prAuc, official, files } =
    evaluation;
  const { threshold, sensitivity, specificity, brier, brierCorrected } = evaluation;
  const orNone = (share: number | null): string => (share === null ? 'not defined' : percent(share));
  return [
    `${part}, network of epoch ${epoch}: ${rows} patches of ${scans} ${scans === 1 ? 'scan' : 'scans'}, ${positives} of them ${evaluation.classNames[1]}`,
    `  accuracy ${orNone(accuracy)} (always the more frequent class: ${orNone(majority)})`,
    `  ROC AUC  ${rocText(evaluation)}`,
    `  PR AUC   ${prAuc.toFixed(3)}`,
    `  at ${threshold.toFixed(3)}: sensitivity ${orNone(sensitivity)}, specificity ${orNone(specificity)}`,
    `  Brier score ${brier.toFixed(3)}; for the share of nodules in the data ${brierCorrected.toFixed(3)}`,
    ...(leftOut === 0
      ? []
      : [
          `  without ${leftOut} patches that training leaves out: ROC AUC ${official.rocAuc?.toFixed(3) ?? 'not defined'} of ${official.rows}`,
        ]),
    ...findingLines(evaluation),
    ...Object.entries(files).map(([name, file]) => `  ${name}: ${file}`),
    '',
  ].join('\n');
}

/** CPM, and a line a size that has nodules; where readers' findings are not known, how to name them. */
export function findingLines({ findingScores }: Pick<Evaluation, 'findingScores'>): string[] {
  if (findingScores === null)
    return ['  no FROC: no table of nodules knows these scans; name it with --annotations'];
  const { cpm, cpmBand, counts, annotations, bySize } = findingScores;
  const text = (value: number | null): string => value?.toFixed(3) ?? '-';
  return [
    `  CPM      ${cpm.toFixed(3)}; ${cpmBand === null ? 'one scan alone has no band' : `95 % band ${cpmBand.map((value) => value.toFixed(3)).join(' to ')}`}; ${counts.nodules} nodules of ${annotations}, ${counts.missedNodules} of them hit by no candidate`,
    ...bySize
      .filter(({ nodules }) => nodules > 0)
      .map(
        ({ size, nodules, sensitivity, rocAuc }) =>
          `    ${size.padEnd(7)}  ${nodules} candidates, sensitivity ${text(sensitivity)}, ROC AUC ${text(rocAuc)}`,
      ),
  ];
}

/** `0.912, 95 % interval 0.871 to 0.951 (bootstrap by scan)`, and what is to be known of it. */
export function rocText({
  rocAuc,
  rocAucInterval,
  rocAucIntervalNote,
  rocAucIntervalMethod,
}: PatchScores): string {
  const interval =
    rocAucInterval === null
      ? ''
      : `95 % interval ${rocAucInterval.map((value) => value.toFixed(3)).join(' to ')} (${rocAucIntervalMethod})`;
  return [rocAuc.toFixed(3), interval, rocAucIntervalNote ?? ''].filter((part) => part !== '').join('; ');
}
