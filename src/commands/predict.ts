import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readCandidates } from '../candidates/candidateTable.js';
import { groupBySeries } from '../candidates/groupBySeries.js';
import { InputError } from '../errors.js';
import { predictionTable } from '../evaluation/predictionTable.js';
import { openPredictor, type Predictor, type ScanPrediction } from '../evaluation/predictor.js';
import { predictionPage } from '../figures/predictionPage.js';
import { readJson } from '../jsonPlace.js';
import { markFiles } from '../marks/markFiles.js';
import { makeFolder, writeFileAtomically } from '../paths.js';
import { formatSeconds, progressLine } from '../progress.js';
import type { CheckpointLink } from '../training/checkpoint.js';
import { namedScans, type ScanFile } from '../volumes/findScans.js';
import { readVolume } from '../volumes/readVolume.js';
import { withoutControls } from '../withoutControls.js';
import { oneOf, printJson, wholeNumber } from './options.js';
import type { RegisterCommand } from './program.js';
import { scanByScan, scansDocument } from './scanByScan.js';

interface PredictFlags {
  readonly candidates?: string;
  readonly most: number;
  readonly checkpoint: CheckpointLink;
  readonly out: string;
  readonly json?: boolean;
}

/** One scan's marks, as --json prints them. */
interface ScanMarks {
  readonly scan: string;
  readonly marks: readonly {
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly probability: number;
    readonly networkProbability: number;
    readonly diameterMm: number | null;
  }[];
}

export const registerPredictCommand: RegisterCommand = (program) => {
  program
    .command('predict')
    .description(
      'Scores scans by the network of a run: finds candidates, ranks them, writes a page, a submission and markups. Research use.',
    )
    .argument('<run>', "the run's folder")
    .argument(
      '<scan...>',
      'scans: files (MetaImage, NRRD, NIfTI), folders of DICOM slices, or folders of scans',
    )
    .option('--candidates <file>', "CSV of places in LUNA16's form, in place of those that `detect` finds")
    .option('--most <n>', 'places of a scan that are scored', wholeNumber(1, 100_000), 150)
    .option('--checkpoint <name>', 'best (lowest validation loss) or last', oneOf('best', 'last'), 'best')
    .requiredOption(
      '--out <folder>',
      'receives submission.csv, marks.json, and of each scan a page and markups',
    )
    .option(
      '--json',
      'one JSON document on stdout: {scans:[{scan, marks:[{x, y, z, probability, diameterMm}]}], failed}; of one scan its keys, too',
    )
    .action(runPredict);
};

async function runPredict(run: string, paths: readonly string[], flags: PredictFlags): Promise<void> {
  const scans = namedScans(paths.map((path) => resolve(path)));
  const table =
    flags.candidates === undefined ? undefined : groupBySeries(readCandidates(resolve(flags.candidates)));
  const out = resolve(flags.out);
  makeFolder(out);
  const line = progressLine();
  const predictor = await openPredictor(resolve(run), flags.checkpoint);
  const work = async (scan: ScanFile, signal: AbortSignal): Promise<ScanMarks> => {
    const began = performance.now();
    const places = table === undefined ? undefined : placesOf(table, scan, flags.candidates!);
    const volume = await readVolume(scan, { signal });
    const prediction = await predictor.predict(volume, scan.path, {
      ...{ most: flags.most, signal },
      onProgress: (progress) =>
        line.update({ ...progress, stage: `${progress.stage} ${withoutControls(scan.uid)}` }),
      ...(places === undefined ? {} : { candidates: places }),
    });
    line.end();
    const { marks } = prediction;
    const seconds = (performance.now() - began) / 1000;
    const lines = linesOf(resolve(run), predictor, prediction, seconds);
    const page = predictionPage({ scan: scan.uid, volume, marks, patch: predictor.format, lines });
    writeFileAtomically(join(out, `${scan.uid}.html`), page);
    const files = await markFiles(marks, { seriesUid: scan.uid, slices: scan.slices });
    for (const [name, content] of files) writeFileAtomically(join(out, name), content);
    process.stderr.write(`${withoutControls(scan.uid)}: ${lines.join('; ')}\n`);
    return marksOf(scan, prediction);
  };
  const done = await scanByScan(scans, work, () => line.end()).finally(() => predictor.close());
  const document = scansDocument(done);
  const { found } = done;
  writeFileAtomically(join(out, 'submission.csv'), submissionOf(found));
  writeFileAtomically(join(out, 'marks.json'), `${JSON.stringify(document, null, 2)}\n`);
  if (flags.json === true) printJson(document);
  else
    process.stdout.write(
      `${found.length} scans in ${withoutControls(out)}: submission.csv, marks.json, a page and markups each\n`,
    );
}

function placesOf<T>(
  table: ReadonlyMap<string, readonly T[]>,
  { uid }: ScanFile,
  file: string,
): readonly T[] {
  const places = table.get(uid);
  if (places === undefined) throw new InputError(file, `expected candidates of series ${uid}, found none`);
  return places;
}

function marksOf({ uid }: ScanFile, { marks }: ScanPrediction): ScanMarks {
  const rounded = (value: number): number => Math.round(100 * value) / 100;
  return {
    scan: uid,
    marks: marks.map(({ centerWorldMm: [x, y, z], probability, networkProbability, diameterMm }) => ({
      ...{ x: rounded(x), y: rounded(y), z: rounded(z), probability, networkProbability },
      diameterMm: diameterMm === undefined ? null : rounded(diameterMm),
    })),
  };
}

/** Ranked by what the network says. */
function submissionOf(scans: readonly ScanMarks[]): string {
  return predictionTable(
    scans.flatMap(({ scan, marks }) =>
      marks.map(({ x, y, z, networkProbability }) => ({
        ...{ seriesUid: scan, centerWorldMm: [x, y, z] as const, class: 0, probability: networkProbability },
      })),
    ),
  );
}

/** What a reader of the marks should know of the network. */
function linesOf(
  run: string,
  { checkpoint, format }: Predictor,
  { marks, scored, outside }: ScanPrediction,
  seconds: number,
): string[] {
  const { meta } = checkpoint;
  const { rows, positives, series } = meta.data!;
  return [
    `${scored} places scored, ${marks.length} marks without doubles${outside > 0 ? `, ${outside} places outside the scan` : ''}, in ${formatSeconds(seconds)} (${(scored / seconds).toFixed(0)} places/s)`,
    `network of ${withoutControls(run)}, epoch ${meta.epoch}, trained on data of ${series} scans: ${rows} patches of ${format.dim} x ${format.dim} x ${format.slices} voxels, ${positives} of them nodules`,
    `probabilities are for the share of nodules among those patches (${((100 * positives) / rows).toFixed(1)} %)`,
    scoreOf(run),
  ];
}

/** How good the run is, where it was evaluated. */
function scoreOf(run: string): string {
  const folder = join(run, 'evaluation');
  const part = existsSync(folder)
    ? readdirSync(folder).find((name) => /^holdout-[\d-]+$/.test(name))
    : undefined;
  const file = part === undefined ? undefined : join(folder, part, 'scores.json');
  if (file === undefined || !existsSync(file))
    return 'how good the network is was not measured: run voxlab evaluate';
  const scores = readJson(file, 'the scores of a run');
  const cpm = scores.at('cpm').value;
  return `on scans held out: ROC AUC ${scores.at('rocAuc').number().toFixed(3)}${typeof cpm === 'number' ? `, CPM ${cpm.toFixed(3)}` : ''}`;
}
