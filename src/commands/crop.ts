import { resolve } from 'node:path';
import { CROP_CONFIG_FILE, type CropSettings, readCropSettings } from '../config/cropSettings.js';
import { UsageError, VoxlabError } from '../errors.js';
import { type CropOptions, type CropResult, crop } from '../patches/crop.js';
import type { Shard } from '../patches/cropJob.js';
import { type DryRun, dryRun } from '../patches/dryRun.js';
import { progressLine } from '../progress.js';
import type { Vector3 } from '../volumes/volume.js';
import { oneOf, printJson, wholeNumber, withInterrupt } from './options.js';
import type { RegisterCommand } from './program.js';

interface CropFlags {
  readonly subset: readonly number[] | 'all';
  readonly dim: number;
  readonly slices: number;
  readonly spacing: Vector3;
  readonly interpolation: 'linear' | 'cubic';
  readonly excluded?: string;
  readonly outside: 'fail' | 'skip';
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

/** The file is there, yet not every candidate has a row. Recover: mend the scans or the table named in the message. */
class CropIncomplete extends VoxlabError {
  readonly _tag = 'CropIncomplete';
}

export const registerCropCommand: RegisterCommand = (program) => {
  program
    .command('crop')
    .description('Cuts a patch around every candidate of the table, out of the scans, into one HDF5 file.')
    .option('--subset <list>', 'subsets to crop: 0,1,... or all', subsetList, 'all' as const)
    .option('--dim <n>', 'voxels along x and y', wholeNumber(1, 1024), 32)
    .option('--slices <n>', 'voxels along z', wholeNumber(1, 1024), 32)
    .option('--spacing <mm>', 'spacing of the patches in mm: one number, or x,y,z', spacing, [
      1, 1, 1,
    ] as const)
    .option('--interpolation <kind>', 'linear or cubic (B-spline)', oneOf('linear', 'cubic'), 'linear')
    .option('--excluded <file>', 'annotations_excluded.csv: negatives inside its findings get notrain = 1')
    .option(
      '--outside <what>',
      'candidates outside their scan: fail (exit 1) or skip',
      oneOf('fail', 'skip'),
      'fail',
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
  const line = progressLine();
  const result: CropResult | DryRun = await withInterrupt<CropResult | DryRun>((signal) => {
    const options: CropOptions = {
      ...requestOf(flags, settings),
      signal,
      onProgress: (progress) => line.update(progress),
    };
    return flags.dryRun === true ? dryRun(options) : crop(options);
  }).finally(() => line.end());
  if (flags.json === true) printJson(result);
  else process.stdout.write(`${summary(result)}\n`);
  failIfIncomplete(result, flags);
}

function requestOf(flags: CropFlags, settings: CropSettings): CropOptions {
  const { subset, dim, slices, workers, shard: part, strict, force } = flags;
  return {
    scansFolder: settings.scansFolder,
    candidatesPath: settings.candidatesPath,
    outFolder: flags.out === undefined ? settings.preprocessedFolder : resolve(flags.out),
    subsets: subset,
    format: { dim, slices, spacingMm: flags.spacing, interpolation: flags.interpolation },
    ...(flags.excluded === undefined ? {} : { excludedPath: resolve(flags.excluded) }),
    ...(workers === undefined ? {} : { workers }),
    ...(part === undefined ? {} : { shard: part }),
    ...(strict === undefined ? {} : { strict }),
    ...(force === undefined ? {} : { force }),
  };
}

function summary(result: CropResult | DryRun): string {
  const { status, file, rows, byClass, bySubset, ignored, scansWithoutCandidate } = result;
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
  if (ignored > 0) lines.push(`  ${ignored} candidates of other scans were left alone`);
  if (scansWithoutCandidate > 0) lines.push(`  ${scansWithoutCandidate} scans have no candidate`);
  for (const { uid, line } of result.outside) lines.push(`  outside its scan: line ${line}, ${uid}`);
  for (const { reason } of result.failed) lines.push(`  cannot be read: ${reason}`);
  return lines.join('\n');
}

/** Exit 1 for scans that could not be read, and for candidates outside their scan unless --outside skip. */
function failIfIncomplete({ file, failed, outside, status }: CropResult | DryRun, flags: CropFlags): void {
  const parts = [
    ...(failed.length === 0 ? [] : [`${failed.length} scans cannot be read (${failed[0]!.reason})`]),
    ...(outside.length === 0 || flags.outside === 'skip' || status === 'done'
      ? []
      : [
          `${outside.length} candidates lie outside their scan (first: line ${outside[0]!.line}, ${outside[0]!.uid}; --outside skip accepts them)`,
        ]),
  ];
  if (parts.length > 0) throw new CropIncomplete(`${file}: ${parts.join('; ')}`);
}

function subsetList(text: string): readonly number[] | 'all' {
  if (text === 'all') return 'all';
  const numbers = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.some(Number.isNaN))
    throw new UsageError(`--subset: expected all or numbers such as 0,1, received ${JSON.stringify(text)}`);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function spacing(text: string): Vector3 {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [x, y = x, z = x] = numbers;
  if (![1, 3].includes(numbers.length) || ![x, y, z].every((mm) => mm !== undefined && mm > 0 && mm < 1000))
    throw new UsageError(
      `--spacing: expected one number above 0 or three (x,y,z), in mm, received ${JSON.stringify(text)}`,
    );
  return [x!, y!, z!];
}

function shard(text: string): Shard {
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index >= count)
    throw new UsageError(`--shard: expected i/n with i from 0 to n - 1, received ${JSON.stringify(text)}`);
  return { index, count };
}
