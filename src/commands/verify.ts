import { resolve } from 'node:path';
import { CROP_CONFIG_FILE, readCropSettings } from '../config/cropSettings.js';
import { VoxlabError } from '../errors.js';
import { given } from '../given.js';
import { type Verification, verifyPatchFile } from '../patches/verifyPatchFile.js';
import { wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';
import { withProgress } from './withProgress.js';

interface VerifyFlags {
  readonly scans?: string;
  readonly config: string;
  readonly remote?: boolean;
  readonly workers?: number;
  readonly json?: boolean;
}

/** The file is not what its provenance says. Recover: restore the scans, or crop again with --force. */
class VerificationFailed extends VoxlabError {
  readonly _tag = 'VerificationFailed';
}

/** Named one by one; --json names all. */
const SHOWN = 10;

export const registerVerifyCommand: RegisterCommand = (program) => {
  program
    .command('verify')
    .description(
      "Compares a patch file with the scans that it was cut from: each scan's sha256, and every row, cut again.",
    )
    .argument('<file>', 'a patch file that voxlab cut')
    .option('--scans <folder>', 'where the scans lie (default: LUNA_PATH of the configuration)')
    .option('--config <file>', 'where scans are (configs/crop_nodules_3d.ini)', CROP_CONFIG_FILE)
    .option('--remote', 'use section [remote] of the configuration instead of [local]')
    .option('--workers <n>', 'threads (default: one a core)', wholeNumber(1, 256))
    .option(
      '--json',
      'one JSON document on stdout: {file, rows, scans, missing, changed, wrongRows, failedScans}',
    )
    .action(verify);
};

async function verify(file: string, flags: VerifyFlags): Promise<void> {
  const request = {
    file: resolve(file),
    scansFolder: scansFolderOf(flags),
    ...given({ workers: flags.workers }),
  };
  const found = await withProgress((watch) => verifyPatchFile({ ...request, ...watch }));
  if (flags.json === true) printJson(found);
  else print(`${textOf(found)}\n`);
  const { missing, changed, wrongRows } = found;
  if (missing.length + changed.length + wrongRows.length > 0)
    throw new VerificationFailed(
      `${found.file}: ${missing.length} scans missing, ${changed.length} changed, ${wrongRows.length} wrong rows; restore the scans, or crop again with --force`,
    );
}

function scansFolderOf({ scans, config, remote }: VerifyFlags): string {
  if (scans !== undefined) return resolve(scans);
  return readCropSettings(resolve(config), remote === true ? 'remote' : 'local').scansFolder;
}

function textOf({ file, rows, scans, missing, changed, wrongRows, failedScans }: Verification): string {
  const lists = [
    ...missing.map(({ uid, reason }) => `  scan ${uid}: ${reason}`),
    ...changed.map(
      ({ uid, expected, received }) =>
        `  scan ${uid}: expected sha256 ${expected}, received ${received}; its rows were not compared`,
    ),
    ...wrongRows.slice(0, SHOWN).map(({ row, uid, reason }) => `  row ${row} of scan ${uid}: ${reason}`),
    ...(wrongRows.length > SHOWN ? [`  and ${wrongRows.length - SHOWN} more rows`] : []),
    ...failedScans.map((uid) => `  scan ${uid} could not be read when the file was cut: it has no row`),
  ];
  const verdict = missing.length + changed.length + wrongRows.length === 0 ? 'as cut' : 'not as cut';
  return [`${file}: ${rows} rows of ${scans} scans are ${verdict}`, ...lists].join('\n');
}
