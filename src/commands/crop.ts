import { resolve } from 'node:path';
import {
  CANDIDATE_COLUMNS,
  COORDINATES,
  type Coordinates,
  LUNA16_FORMAT,
  type TableFormat,
} from '../candidates/tableFormat.js';
import { CROP_CONFIG_FILE, type CropSettings, readCropSettings } from '../config/cropSettings.js';
import { decimalNumber } from '../decimal.js';
import { UsageError, VoxlabError } from '../errors.js';
import { given } from '../given.js';
import { type CropResult, crop } from '../patches/crop.js';
import type { Shard } from '../patches/cropJob.js';
import type { CropOptions } from '../patches/cropOptions.js';
import { type DryRun, dryRun } from '../patches/dryRun.js';
import { readingSettings } from '../patches/readingSettings.js';
import { formatSeconds } from '../progress.js';
import type { NormalisationRequest } from '../store/intensity.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import { NIFTI_FRAMES, type NiftiFrame } from '../volumes/nifti/niftiGeometry.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { resampledLine, tellBeside } from './cropNotes.js';
import { columnNames, oneOf, resolved, shard, wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';
import { withProgress } from './withProgress.js';

interface CropFlags {
  readonly subset: readonly number[] | 'all';
  readonly dim: readonly number[];
  readonly slices: readonly number[];
  readonly spacing: Vector3;
  readonly interpolation: 'linear' | 'cubic';
  readonly excluded?: string;
  readonly normalise?: NormalisationRequest;
  readonly lungMask?: boolean;
  readonly columns?: TableFormat['columns'];
  readonly coordinates: Coordinates;
  readonly outside: 'fail' | 'skip';
  readonly resampleSlices?: boolean;
  readonly niftiFrame?: NiftiFrame;
  readonly config: string;
  readonly remote?: boolean;
  readonly out?: string;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly strict?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Candidates outside their scan that the summary names one by one. */
const SHOWN_OUTSIDE = 10;
/** Series without a scan that it names. */
const SHOWN_SERIES = 3;

/** The file is there, yet not every candidate has a row. Recover: mend the scans or the table named in the message. */
class CropIncomplete extends VoxlabError {
  readonly _tag = 'CropIncomplete';
}

export const registerCropCommand: RegisterCommand = (program) => {
  program
    .command('crop')
    .description('Cuts a patch around every candidate of the table, out of the scans, into one HDF5 file.')
    .option('--subset <list>', 'subsets to crop: 0,1,... or all', subsetList, 'all' as const)
    .option('--dim <n>', 'voxels along x and y; several sizes in one pass: 24,32,48', sizes('--dim'), [32])
    .option(
      '--slices <n>',
      'voxels along z (1 = 2D, 3 = neighbours, too); one number, or one for each --dim',
      sizes('--slices'),
      [32],
    )
    .option('--spacing <mm>', 'spacing of the patches in mm: one number, or x,y,z', spacing, [
      1, 1, 1,
    ] as const)
    .option('--interpolation <kind>', 'linear or cubic (B-spline)', oneOf('linear', 'cubic'), 'linear')
    .option(
      '--normalise <how>',
      'record for training: window:-1000,400, zscore, or percentile:0.5,99.5 of all rows; voxels stay HU',
      normalisation,
    )
    .option(
      '--lung-mask',
      'find the lungs, too: datasets mask (a byte a voxel) and in_lung (of each candidate)',
    )
    .option(
      '--columns <list>',
      "the table's own names of columns: seriesuid=uid,coordX=x,coordY=y,coordZ=z,class=label",
      columnNames(CANDIDATE_COLUMNS),
    )
    .option(
      '--coordinates <frame>',
      'of the table: lps or ras (world, mm), or voxel (indices from 0)',
      oneOf(...COORDINATES),
      LUNA16_FORMAT.coordinates,
    )
    .option('--excluded <file>', 'annotations_excluded.csv: negatives inside its findings get notrain = 1')
    .option(
      '--outside <what>',
      'candidates outside their scan: fail (exit 1) or skip',
      oneOf('fail', 'skip'),
      'fail',
    )
    .option(
      '--resample-slices',
      'resample DICOM slices of a tilted gantry or with uneven gaps to a straight, even grid (refused otherwise)',
    )
    .option(
      '--nifti-frame <name>',
      'where voxels of NIfTI files lie, if sform and qform differ: sform, qform or pixdim',
      oneOf(...NIFTI_FRAMES),
    )
    .option('--config <file>', 'where scans and tables are (configs/crop_nodules_3d.ini)', CROP_CONFIG_FILE)
    .option('--remote', 'use section [remote] of the configuration instead of [local]')
    .option('--out <folder>', 'folder that receives the patch file (default: PREPROCESSED_PATH)')
    .option(
      '--workers <n>',
      'threads (default: one a core); the bytes do not depend on it',
      wholeNumber(1, 256),
    )
    .option('--shard <i/n>', 'only the scans whose index mod n is i, i from 0', shard)
    .option('--strict', 'stop at the first scan that cannot be read; no file appears')
    .option('--force', 'replace a patch file of other settings or scans')
    .option('--dry-run', 'say what would be written; nothing is')
    .option('--hdf5', "accepted for the original project's command lines; HDF5 is the only format")
    .option('--json', 'one JSON document on stdout: {file, rows, byClass, bySubset, outside, failed, ...}')
    .action(runCrop);
};

async function runCrop(flags: CropFlags): Promise<void> {
  const settings = readCropSettings(resolve(flags.config), flags.remote === true ? 'remote' : 'local');
  const results = await withProgress<readonly (CropResult | DryRun)[]>((watch) => {
    const options: CropOptions = { ...requestOf(flags, settings), ...watch };
    return flags.dryRun === true ? dryRun(options) : crop(options);
  });
  if (flags.json === true) printJson(results.length === 1 ? results[0] : results);
  else print(`${results.map(summary).join('\n')}\n`);
  tellBeside(results[0]!);
  for (const result of results) failIfIncomplete(result, flags);
}

function requestOf(flags: CropFlags, settings: CropSettings): CropOptions {
  const { subset, workers, shard: part, strict, force, coordinates, normalise, lungMask } = flags;
  return {
    scansFolder: settings.scansFolder,
    candidatesPath: settings.candidatesPath,
    outFolder: resolved(flags.out) ?? settings.preprocessedFolder,
    subsets: subset,
    table: { columns: flags.columns ?? {}, coordinates },
    formats: formatsOf(flags),
    reading: readingSettings(flags),
    ...given({ normalise, lungMask, excludedPath: resolved(flags.excluded) }),
    ...given({ workers, shard: part, strict, force }),
  };
}

/** A size for each --dim. */
function formatsOf({ dim, slices, spacing: spacingMm, interpolation }: CropFlags): PatchFormat[] {
  if (slices.length > 1 && dim.length > 1 && slices.length !== dim.length)
    throw new UsageError(
      `--slices: expected one number, or ${dim.length} as of --dim, received ${slices.length}`,
    );
  const count = Math.max(dim.length, slices.length);
  const formats = Array.from({ length: count }, (_, i) => ({
    dim: dim[i] ?? dim[0]!,
    slices: slices[i] ?? slices[0]!,
    spacingMm,
    interpolation,
  }));
  const names = new Set(formats.map((format) => `${format.dim} x ${format.slices}`));
  if (names.size < count)
    throw new UsageError(
      `--dim, --slices: expected different sizes, received ${dim.join(',')} and ${slices.join(',')}`,
    );
  return formats;
}

function summary(result: CropResult | DryRun): string {
  const { status, file, rows, byClass, bySubset, ignored, ignoredSeries, scansWithoutCandidate } = result;
  const verb = { written: 'written', done: 'already done', planned: 'would be written' }[status];
  const lines = [
    `${rows} patches ${verb}: ${file}`,
    `  by class: ${Object.entries(byClass)
      .map(([name, count]) => `${name}: ${count}`)
      .join(', ')}`,
    `  by subset: ${Object.entries(bySubset)
      .map(([name, count]) => `${name}: ${count}`)
      .join(', ')}`,
  ];
  if (ignored > 0) lines.push(`  ${ignoredText(ignored, ignoredSeries)}`);
  if (scansWithoutCandidate > 0) lines.push(`  ${scansWithoutCandidate} scans have no candidate`);
  if (result.status === 'planned')
    lines.push(
      `  ${megabytes(result.bytes)} of rows${result.outside.length + result.failed.length > 0 ? ' and as much for a while' : ''}, ${megabytes(result.freeBytes)} free${result.seconds === undefined ? '' : `; about ${formatSeconds(result.seconds)} for the whole command`}`,
    );
  for (const { uid, line } of result.outside.slice(0, SHOWN_OUTSIDE))
    lines.push(`  outside its scan: line ${line}, ${uid}`);
  if (result.outside.length > SHOWN_OUTSIDE)
    lines.push(`  and ${result.outside.length - SHOWN_OUTSIDE} more outside their scan (--json names all)`);
  lines.push(...Object.entries(result.resampled ?? {}).map(resampledLine));
  if (result.hint !== undefined) lines.push(`  ${result.hint}`);
  for (const { reason } of result.failed) lines.push(`  cannot be read: ${reason}`);
  return lines.join('\n');
}

function ignoredText(ignored: number, series: CropResult['ignoredSeries']): string {
  const named = series.slice(0, SHOWN_SERIES).map(({ uid, candidates }) => `${uid} (${candidates})`);
  const more = series.length - named.length;
  return `${ignored} candidates of ${series.length} series without a chosen scan were left alone: ${named.join(', ')}${more > 0 ? ` and ${more} more (--json names all)` : ''}`;
}

/** Exit 1 for scans that could not be read, and for candidates outside their scan unless --outside skip. */
function failIfIncomplete(result: CropResult | DryRun, flags: CropFlags): void {
  const { file, failed, outside, status } = result;
  const hint = result.hint === undefined ? '' : `; ${result.hint}`;
  const parts = [
    ...(failed.length === 0 ? [] : [`${failed.length} scans cannot be read (${failed[0]!.reason})`]),
    ...(outside.length === 0 || flags.outside === 'skip' || status === 'done'
      ? []
      : [
          `${outside.length} candidates lie outside their scan (first: line ${outside[0]!.line}, ${outside[0]!.uid}; --outside skip accepts them)${hint}`,
        ]),
  ];
  if (parts.length > 0) throw new CropIncomplete(`${file}: ${parts.join('; ')}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Parser of one size or several. */
function sizes(flag: string): (text: string) => number[] {
  const one = wholeNumber(1, 1024);
  return (text) => {
    try {
      return text.split(',').map(one);
    } catch {
      throw new UsageError(
        `${flag}: expected whole numbers from 1 to 1024 such as 32 or 24,32,48, received ${JSON.stringify(text)}`,
      );
    }
  };
}

function normalisation(text: string): NormalisationRequest {
  const [, kind, low, high] = /^(window|zscore|percentile)(?::([^,]+),([^,]+))?$/.exec(text) ?? [];
  const [from, to] = [decimalNumber(low ?? ''), decimalNumber(high ?? '')];
  if (kind === 'zscore' && low === undefined) return { kind };
  if (kind === 'window' && from < to && from >= -32768 && to <= 32767)
    return { kind, lowHu: from, highHu: to };
  if (kind === 'percentile' && from < to && from >= 0 && to <= 100)
    return { kind, lowPercent: from, highPercent: to };
  throw new UsageError(
    `--normalise: expected window:LOW,HIGH (HU), zscore, or percentile:LOW,HIGH (0 to 100), received ${JSON.stringify(text)}`,
  );
}

function subsetList(text: string): readonly number[] | 'all' {
  if (text === 'all') return 'all';
  const numbers = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.some(Number.isNaN))
    throw new UsageError(`--subset: expected all or numbers such as 0,1, received ${JSON.stringify(text)}`);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function spacing(text: string): Vector3 {
  const numbers = text.split(',').map(decimalNumber);
  const [x, y = x, z = x] = numbers;
  if (![1, 3].includes(numbers.length) || ![x, y, z].every((mm) => mm !== undefined && mm > 0 && mm < 1000))
    throw new UsageError(
      `--spacing: expected one number above 0 or three (x,y,z), in mm, received ${JSON.stringify(text)}`,
    );
  return [x!, y!, z!];
}
