import { resolve } from 'node:path';
import { csvText } from '../candidates/csvText.js';
import { type DetectedMark, detectedIn } from '../detection/detect.js';
import { given } from '../given.js';
import { writeFileAtomically } from '../paths.js';
import { formatSeconds } from '../progress.js';
import { namedScans, type ScanFile } from '../volumes/findScans.js';
import { readVolume } from '../volumes/readVolume.js';
import { wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { scanByScan, scansDocument } from './scanByScan.js';
import { printData, printJson } from './standardStreams.js';
import type { Watch } from './withProgress.js';

interface DetectFlags {
  readonly most: number;
  readonly threads?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** One scan's marks, as --json prints them. */
interface ScanMarks {
  readonly scan: string;
  readonly marks: readonly {
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly diameterMm: number;
    readonly score: number;
  }[];
}

export const registerDetectCommand: RegisterCommand = (program) => {
  program
    .command('detect')
    .description(
      'Finds places in scans that look like nodules, without a table: bright balls of 3 to 50 mm in the lungs.',
    )
    .argument(
      '<scan...>',
      'scans: files (MetaImage, NRRD, NIfTI), folders of DICOM slices, or folders of scans',
    )
    .option('--most <n>', 'marks of a scan, best first', wholeNumber(1, 100_000), 150)
    .option(
      '--threads <n>',
      'threads (default: one a core); the marks do not depend on it',
      wholeNumber(1, 1024),
    )
    .option(
      '--out <file>',
      "writes a CSV in the form of LUNA16's candidates, with diameter_mm and score (default: to stdout)",
    )
    .option(
      '--json',
      'one JSON document on stdout: {scans:[{scan, marks:[{x, y, z, diameterMm, score}]}], failed}; of one scan its keys, too',
    )
    .action(runDetect);
};

async function runDetect(paths: readonly string[], flags: DetectFlags): Promise<void> {
  const scans = await namedScans(paths.map((path) => resolve(path)));
  const done = await scanByScan(scans, async (scan, watch, told) => ({
    scan: scan.uid,
    marks: await marksOf(scan, flags, watch, told),
  }));
  const table = tableOf(done.found);
  if (flags.out !== undefined) writeFileAtomically(resolve(flags.out), table);
  if (flags.json === true) printJson(scansDocument(done));
  else if (flags.out === undefined) printData(table);
}

async function marksOf(
  scan: ScanFile,
  { most, threads }: DetectFlags,
  { signal, onProgress }: Watch,
  told: (text: string) => void,
): Promise<ScanMarks['marks']> {
  const began = performance.now();
  const volume = await readVolume(scan, { signal });
  const { marks, lungLitres } = await detectedIn(volume, scan.path, {
    ...{ most, signal, ...given({ threads }) },
    onProgress: (progress) => onProgress({ ...progress, stage: `detect ${scan.uid}` }),
  });
  told(
    `${scan.uid}: ${marks.length} marks in ${lungLitres.toFixed(1)} l of lungs (${formatSeconds((performance.now() - began) / 1000)})`,
  );
  return marks.map(pointOf);
}

function pointOf({ centerWorldMm: [x, y, z], diameterMm, score }: DetectedMark): ScanMarks['marks'][number] {
  const rounded = (value: number): number => Math.round(100 * value) / 100;
  return {
    x: rounded(x),
    y: rounded(y),
    z: rounded(z),
    diameterMm: rounded(diameterMm),
    score: rounded(score),
  };
}

/** `class` is what nobody knows yet: 0. */
function tableOf(scans: readonly ScanMarks[]): string {
  return csvText(
    ['seriesuid', 'coordX', 'coordY', 'coordZ', 'class', 'diameter_mm', 'score'],
    scans.flatMap(({ scan, marks }) =>
      marks.map(({ x, y, z, diameterMm, score }) => [scan, x, y, z, 0, diameterMm, score]),
    ),
  );
}
