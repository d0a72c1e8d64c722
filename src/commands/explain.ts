import { basename, join, resolve } from 'node:path';
import { InputError, messageOf, throwIfAborted, UsageError } from '../errors.js';
import { EXPLAIN_METHODS, type ExplainOptions, type Explanation } from '../evaluation/explain.js';
import { coveringOf } from '../evaluation/occlusion.js';
import { openPredictor, type Predictor } from '../evaluation/predictor.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import { type ExplainedPatch, type ExplanationPage, explanationPage } from '../figures/explanationPage.js';
import { given } from '../given.js';
import { makeFolder, writeFileAtomically } from '../paths.js';
import type { Progress } from '../progress.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import { requireVoxels, sampleVoxels } from '../store/voxelSample.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import { readRunConfig } from '../training/run/runFolder.js';
import { writeNrrd } from '../volumes/nrrd/nrrdWriter.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { withoutControls } from '../withoutControls.js';
import { oneOf, resolved, wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { rowList } from './rowList.js';
import { print, printJson } from './standardStreams.js';
import { type Watch, withProgress } from './withProgress.js';

type Method = (typeof EXPLAIN_METHODS)[number];

interface ExplainFlags {
  readonly rows: string;
  readonly data?: string;
  readonly method: Method;
  readonly piece?: string;
  readonly box?: number;
  readonly stride?: number;
  readonly cover?: number;
  readonly checkpoint: CheckpointLink;
  readonly out?: string;
  readonly json?: boolean;
}

/** A row, as --json prints it. */
interface ExplainedRow extends Pick<Explanation, 'probability' | 'networkProbability' | 'strongest' | 'how'> {
  readonly row: number;
  readonly seriesUid: string;
  readonly class: number;
  /** x, y, z; null for a map of zeros. */
  readonly peakVoxel: Vector3 | null;
  readonly map: string;
}

export const registerExplainCommand: RegisterCommand = (program) => {
  program
    .command('explain')
    .description(
      'What speaks for a nodule in patches, to a run: a page with each patch beside the map over it, and the maps as NRRD. Research use.',
    )
    .argument('<run>', "the run's folder")
    .requiredOption('--rows <list>', 'of the patch file: 0,5,7 or all')
    .option('--data <file>', "another patch file than the run's own")
    .option(
      '--method <name>',
      'grad-cam (by gradients, at once, coarse) or occlusion (by covering boxes, thousands of patches a row, fine)',
      oneOf(...EXPLAIN_METHODS),
      'grad-cam',
    )
    .option('--piece <name>', 'of grad-cam: at whose end (default: the last one with a map)')
    .option(
      '--box <voxels>',
      'of occlusion: edge of the box (default: an eighth of the patch)',
      wholeNumber(1),
    )
    .option('--stride <voxels>', 'of occlusion: from box to box (default: half of the box)', wholeNumber(1))
    .option(
      '--cover <hu>',
      'of occlusion: what covers the box (default: -1000)',
      wholeNumber(-32_768, 32_767),
    )
    .option('--checkpoint <name>', 'best (lowest validation loss) or last', oneOf('best', 'last'), 'best')
    .option(
      '--out <folder>',
      'receives explain.html and row-3.grad-cam.nrrd, row-3.patch.nrrd, ... (default: RUN/explain)',
    )
    .option(
      '--json',
      'one JSON document on stdout: {run, data, page, rows:[{row, class, probability, strongest, peakVoxel, how, map}]}',
    )
    .action(runExplain);
};

async function runExplain(run: string, flags: ExplainFlags): Promise<void> {
  const options = optionsOf(flags);
  const folder = resolve(run);
  const data = resolved(flags.data) ?? readRunConfig(folder).data;
  const out = resolved(flags.out) ?? join(folder, 'explain');
  const patches = await openPatchFile(data);
  try {
    const rows = rowList(flags.rows, patches.rows);
    const predictor = await openPredictor(folder, flags.checkpoint);
    try {
      await requireFit(patches, predictor, folder);
      requireCovering(predictor, options);
      makeFolder(out);
      const explained = await withProgress((watch) =>
        explainRows({ patches, predictor, options, out, ...watch }, rows),
      );
      const page = join(out, 'explain.html');
      writeFileAtomically(page, explanationPage(pageOf(folder, data, predictor, explained)));
      if (flags.json === true) printJson({ run: folder, data, page, rows: explained.said });
      else print(textOf(explained.said, page));
    } finally {
      predictor.close();
    }
  } finally {
    patches.close();
  }
}

/** Throws UsageError for flags of the other method. */
function optionsOf({ method, piece, box, stride, cover }: ExplainFlags): ExplainOptions {
  const covering = given({ boxVoxels: box, strideVoxels: stride, valueHu: cover });
  if (method === 'occlusion') {
    if (piece !== undefined)
      throw new UsageError('--piece is of grad-cam: expected --method grad-cam beside it');
    return { method, ...covering };
  }
  if (Object.keys(covering).length > 0)
    throw new UsageError(
      '--box, --stride and --cover are of occlusion: expected --method occlusion beside them',
    );
  return { method, ...given({ piece }) };
}

/** Throws InputError for patches that are not as the run's own. */
async function requireFit(patches: PatchFile, { format }: Predictor, run: string): Promise<void> {
  const describe = ({ dim, slices, spacingMm }: PatchFile['format']): string =>
    `${dim} x ${dim} x ${slices} voxels of ${spacingMm.join(' x ')} mm`;
  const [expected, found] = [describe(format), describe(patches.format)];
  if (expected !== found)
    throw new InputError(
      patches.path,
      `expected patches of ${expected}, as ${run} was trained on, received ${found}: crop such ones`,
    );
  requireVoxels(patches.path, await sampleVoxels(patches), 'hu');
}

/** Before any work: throws UsageError for a box that does not fit. */
function requireCovering({ format, checkpoint }: Predictor, options: ExplainOptions): void {
  if (options.method !== 'occlusion') return;
  try {
    coveringOf(shapeOfCrop(format, checkpoint.meta.config.crop), options);
  } catch (error) {
    throw new UsageError(`--box, --stride: ${messageOf(error)}`, { cause: error });
  }
}

interface ExplainWork extends Watch {
  readonly patches: PatchFile;
  readonly predictor: Predictor;
  readonly options: ExplainOptions;
  readonly out: string;
}

interface Explained {
  readonly said: readonly ExplainedRow[];
  /** Of the first rows: what the page shows. */
  readonly shown: readonly ExplainedPatch[];
}

/** So that page and memory stay small whatever rows are asked for. */
const SHOWN = 40;

/** One row after the other; each one's files are written before the next begins. */
async function explainRows(work: ExplainWork, rows: readonly number[]): Promise<Explained> {
  const { patches, predictor, options, onProgress, signal } = work;
  const { classes } = patches.labels();
  const findings = patches.findings(rows);
  const said: ExplainedRow[] = [];
  const shown: ExplainedPatch[] = [];
  for (const [i, row] of rows.entries()) {
    throwIfAborted(signal, 'explaining');
    const patchHu = new Int16Array(patches.voxelsPerRow);
    await patches.readRows([row], patchHu);
    const ofRow =
      options.method === 'occlusion'
        ? {
            signal,
            onProgress: (progress: Progress) => onProgress({ ...progress, stage: `explain row ${row}` }),
          }
        : {};
    const explanation = await predictor.explain(patchHu, { ...options, ...ofRow });
    onProgress({ stage: 'explain', done: i + 1, total: rows.length, unit: 'rows' });
    const label = classes[row]!;
    const map = writeMaps(work, row, patchHu, explanation);
    const { map: _, peakVoxel, ...rest } = explanation;
    said.push({
      ...{ row, seriesUid: findings[i]!.seriesUid, class: label },
      ...{ ...rest, peakVoxel: peakVoxel ?? null, map },
    });
    if (shown.length < SHOWN)
      shown.push({
        ...{ class: label, patchHu, map: explanation.map, peakVoxel },
        title: `row ${row}: ${predictor.checkpoint.meta.config.classNames[label]}, probability ${explanation.probability.toFixed(3)} (the network says ${explanation.networkProbability.toFixed(3)})`,
        lines: [explanation.how, strengthOf(options.method, explanation)],
      });
  }
  return { said, shown };
}

/** The path of the map's file; the patch lies beside it, for a viewer to show it under the map. */
function writeMaps(
  { out, options }: ExplainWork,
  row: number,
  patchHu: Int16Array,
  { map, how }: Explanation,
): string {
  const path = join(out, `row-${row}.${options.method}.nrrd`);
  writeNrrd(path, map, {
    voxlab: `what speaks for a nodule in the patch, 0 to 1: ${how}. Research use, not a medical device`,
  });
  writeNrrd(join(out, `row-${row}.patch.nrrd`), { ...map, data: patchHu });
  return path;
}

function strengthOf(method: Method, { strongest, peakVoxel }: Explanation): string {
  if (peakVoxel === undefined) return 'nothing in it speaks for a nodule: the map is 0';
  const what =
    method === 'occlusion'
      ? `a drop of the network's probability by ${strongest.toFixed(3)}`
      : `${strongest.toPrecision(3)} on Grad-CAM's scale, that of the logit`;
  return `strongest at voxel ${peakVoxel.join(', ')} (x, y, z): ${what}`;
}

function pageOf(
  run: string,
  data: string,
  { checkpoint }: Predictor,
  { said, shown }: Explained,
): ExplanationPage {
  const { meta } = checkpoint;
  const rest = said.length > shown.length ? [`the first ${shown.length} of ${said.length} rows`] : [];
  return {
    title: `What speaks for a nodule to the network of ${basename(run)}`,
    patches: shown,
    lines: [`network of ${basename(run)}, epoch ${meta.epoch}; rows of ${basename(data)}`, ...rest].map(
      withoutControls,
    ),
  };
}

function textOf(rows: readonly ExplainedRow[], page: string): string {
  const lines = rows.map(
    ({ row, class: label, networkProbability, peakVoxel, strongest }) =>
      `row ${row}: class ${label}, the network says ${networkProbability.toFixed(3)}, ${peakVoxel === null ? 'nothing speaks for a nodule' : `strongest at ${peakVoxel.join(', ')} (${strongest.toPrecision(3)})`}`,
  );
  return `${[...lines, page].join('\n')}\n`;
}
