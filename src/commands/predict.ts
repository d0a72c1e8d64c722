import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Candidate } from '../candidates/candidate.js';
import { readCandidates } from '../candidates/candidateTable.js';
import { groupBySeries } from '../candidates/groupBySeries.js';
import { InputError, throwIfAborted } from '../errors.js';
import { HEAT_MAP_MM, type HeatMap } from '../evaluation/heatMap.js';
import { openPredictor, type Predictor, type ScanPrediction } from '../evaluation/predictor.js';
import { predictionPage } from '../figures/predictionPage.js';
import { takeFolderLock } from '../fileLock.js';
import { sumOfFile } from '../fileSum.js';
import { given } from '../given.js';
import { markFiles } from '../marks/markFiles.js';
import { ofShard, type Shard, shardEnding } from '../patches/cropJob.js';
import { PROGRAM } from '../patches/patchHeader.js';
import { writeFileAtomically } from '../paths.js';
import { formatSeconds, type Progress } from '../progress.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import { namedScans, type ScanFile } from '../volumes/findScans.js';
import { nrrdBytes } from '../volumes/nrrd/nrrdWriter.js';
import { readHashedVolume } from '../volumes/readVolume.js';
import { networkNotes } from './networkNotes.js';
import { numberWithin, oneOf, shard, wholeNumber } from './options.js';
import { marksOf, openResults, type PredictResults, type ScanMarks, submissionOf } from './predictResults.js';
import type { RegisterCommand } from './registerCommand.js';
import { type ScansDone, scanByScan, scansDocument } from './scanByScan.js';
import { print, printJson } from './standardStreams.js';
import type { Watch } from './withProgress.js';

interface PredictFlags {
  readonly candidates?: string;
  readonly most: number;
  readonly heatmap?: boolean;
  readonly heatmapSpacing: number;
  readonly checkpoint: CheckpointLink;
  readonly out: string;
  readonly shard?: Shard;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const registerPredictCommand: RegisterCommand = (program) => {
  program
    .command('predict')
    .description(
      'Scores scans by the network of a run: finds candidates, ranks them, writes a page, a submission and markups. Goes on with the scans that are left. Research use.',
    )
    .argument('<run>', "the run's folder")
    .argument(
      '<scan...>',
      'scans: files (MetaImage, NRRD, NIfTI), folders of DICOM slices, or folders of scans',
    )
    .option('--candidates <file>', "CSV of places in LUNA16's form, in place of those that `detect` finds")
    .option('--most <n>', 'places of a scan that are scored', wholeNumber(1, 100_000), 150)
    .option(
      '--heatmap',
      'the probability all over the lungs, too: <uid>.heatmap.nrrd, and over the planes of the page',
    )
    .option(
      '--heatmap-spacing <mm>',
      'from window to window; half of it takes eight times as long',
      numberWithin(0.5, 50),
      HEAT_MAP_MM,
    )
    .option('--checkpoint <name>', 'best (lowest validation loss) or last', oneOf('best', 'last'), 'best')
    .requiredOption(
      '--out <folder>',
      'receives submission.csv, marks.json, and of each scan a page, its marks and markups',
    )
    .option(
      '--shard <i/n>',
      'only the scans whose index mod n is i, i from 0; when all are done, the same command without it joins them',
      shard,
    )
    .option('--force', 'compute all scans again, and replace results of other settings or scans')
    .option(
      '--json',
      'one JSON document on stdout: {scans:[{scan, marks:[{x, y, z, probability, diameterMm}]}], failed}; of one scan its keys, too',
    )
    .action(runPredict);
};

async function runPredict(run: string, paths: readonly string[], flags: PredictFlags): Promise<void> {
  const began = performance.now();
  const scans = ofShard(await namedScans(paths.map((path) => resolve(path))), flags.shard);
  const table =
    flags.candidates === undefined ? undefined : groupBySeries(readCandidates(resolve(flags.candidates)));
  const [out, ending] = [resolve(flags.out), shardEnding(flags.shard)];
  const release = takeFolderLock(out, `predict${ending}`);
  try {
    const predictor = await openPredictor(resolve(run), flags.checkpoint);
    const work = { run: resolve(run), predictor, table, flags };
    const { done, stood } = await predictAll(work, scans, out).finally(() => predictor.close());
    const document = scansDocument(done);
    writeFileAtomically(join(out, `submission${ending}.csv`), submissionOf(done.found));
    writeFileAtomically(join(out, `marks${ending}.json`), `${JSON.stringify(document, null, 2)}\n`);
    if (flags.json === true) return printJson(document);
    const pace = paceOf(done.found.length - stood, (performance.now() - began) / 1000);
    print(
      `${done.found.length} scans in ${out} (${stood} already done${pace}): submission${ending}.csv, marks${ending}.json, a page and markups each\n`,
    );
  } finally {
    release();
  }
}

interface PredictWork {
  readonly run: string;
  readonly predictor: Predictor;
  readonly table: ReadonlyMap<string, readonly Candidate[]> | undefined;
  readonly flags: PredictFlags;
}

/** `stood`: how many scans had their results already. */
async function predictAll(
  work: PredictWork,
  scans: readonly ScanFile[],
  out: string,
): Promise<{ done: ScansDone<ScanMarks>; stood: number }> {
  const results = openResults(out, scans, settingsOf(work), work.flags.force === true);
  let stood = 0;
  const done = await scanByScan(scans, async (scan, watch, told) => {
    const standing = await results.standing(scan);
    if (standing === undefined) return predictScan(work, scan, results, watch, told);
    stood++;
    told(`${scan.uid}: already done, ${standing.marks.length} marks`);
    return standing;
  });
  return { done, stood };
}

/** What decides about the results beside the scan; keys sorted. */
function settingsOf({ predictor, flags }: PredictWork): Readonly<Record<string, unknown>> {
  const { files, ...meta } = predictor.checkpoint.meta;
  // Checkpoints of earlier versions kept no sums of their arrays.
  const network = createHash('sha256').update(JSON.stringify(files ?? meta));
  return {
    ...(flags.candidates === undefined ? {} : { candidates: sumOfFile(resolve(flags.candidates)).sha256 }),
    ...(flags.heatmap === true ? { heatMapMm: flags.heatmapSpacing } : {}),
    ...(flags.candidates === undefined ? { most: flags.most } : {}),
    network: network.digest('hex'),
    program: PROGRAM,
  };
}

/** All is computed before anything is written. */
async function predictScan(
  { run, predictor, table, flags }: PredictWork,
  scan: ScanFile,
  results: PredictResults,
  { signal, onProgress }: Watch,
  told: (text: string) => void,
): Promise<ScanMarks> {
  const began = performance.now();
  const options = {
    signal,
    onProgress: (progress: Progress) => onProgress({ ...progress, stage: `${progress.stage} ${scan.uid}` }),
  };
  const places = table === undefined ? undefined : placesOf(table, scan, flags.candidates!);
  const { volume, sha256 } = await readHashedVolume(scan);
  throwIfAborted(signal, `reading ${scan.path}`);
  const prediction = await predictor.predict(volume, scan.path, {
    ...{ ...options, most: flags.most },
    ...given({ candidates: places }),
  });
  const beforeMap = performance.now();
  const heatMap =
    flags.heatmap === true
      ? await predictor.heatMap(volume, scan.path, { ...options, spacingMm: flags.heatmapSpacing })
      : undefined;
  const now = performance.now();
  const lines = [
    paceLine(prediction, (beforeMap - began) / 1000),
    ...(heatMap === undefined ? [] : [heatMapLine(heatMap, (now - beforeMap) / 1000)]),
    ...networkNotes(run, { meta: predictor.checkpoint.meta, format: predictor.format }, scan.uid),
  ];
  const { marks } = prediction;
  const page = { scan: scan.uid, volume, marks, patch: predictor.format, lines };
  const said = marksOf(scan, prediction);
  results.write(
    said,
    sha256,
    new Map<string, string | Uint8Array>([
      [`${scan.uid}.html`, predictionPage({ ...page, ...(heatMap && { heatMap: heatMap.volume }) })],
      ...(await markFiles(marks, { seriesUid: scan.uid, slices: scan.slices })),
      ...(heatMap === undefined
        ? []
        : [[`${scan.uid}.heatmap.nrrd`, nrrdBytes(heatMap.volume, ABOUT_MAP)] as const]),
    ]),
  );
  told(`${scan.uid}: ${lines.join('; ')}`);
  return said;
}

/** Stands in the map's file. */
const ABOUT_MAP = {
  voxlab:
    'probability of a nodule in the patch around each voxel; 0 outside the lungs, where nothing is computed. Research use, not a medical device',
};

function placesOf<T>(
  table: ReadonlyMap<string, readonly T[]>,
  { uid }: ScanFile,
  file: string,
): readonly T[] {
  const places = table.get(uid);
  if (places === undefined) throw new InputError(file, `expected candidates of series ${uid}, found none`);
  return places;
}

/** `, 4.1 scans/min of the others`; nothing where all were there. */
function paceOf(computed: number, seconds: number): string {
  return computed === 0
    ? ''
    : `, the others in ${formatSeconds(seconds)}: ${((60 * computed) / seconds).toFixed(1)} a minute`;
}

function paceLine({ marks, scored, outside, scoringSeconds }: ScanPrediction, seconds: number): string {
  const lost = outside > 0 ? `, ${outside} places outside the scan` : '';
  return `${scored} places scored, ${marks.length} marks without doubles${lost}, in ${formatSeconds(seconds)} (${(scored / Math.max(scoringSeconds, 1e-3)).toFixed(0)} patches/s in the network)`;
}

function heatMapLine({ windows, volume }: HeatMap, seconds: number): string {
  return `heat map: ${windows} patches, ${volume.spacingMm.map((mm) => Number(mm.toFixed(2))).join(' x ')} mm apart, in ${formatSeconds(seconds)} (${(windows / seconds).toFixed(0)} patches/s); the redder, the likelier`;
}
