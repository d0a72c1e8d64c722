import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type SegmentFinding, segmentFindings, segmentTableText } from '../candidates/segmentFindings.js';
import { InputError, messageOf, UsageError, VoxlabError } from '../errors.js';
import { given } from '../given.js';
import { numberWithin, resolved, withInterrupt } from './options.js';
import { printData, printJson, say } from './standardStreams.js';
import { writeTables } from './writeTables.js';

interface SegmentsFlags {
  readonly out?: string;
  readonly series?: string;
  readonly smallest: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Some files could not be read; the table holds the others. Recover: mend what the message names. */
class SegmentationsFailed extends VoxlabError {
  readonly _tag = 'SegmentationsFailed';
}

export function registerSegmentsTable(tables: Command): void {
  tables
    .command('segments')
    .description(
      'Makes a table of nodules from segmentations: centre and diameters of each connected part of each label.',
    )
    .argument('<files...>', 'label images (.mhd, .mha, .nrrd, .nii, .nii.gz), DICOM SEG, DICOM RTSTRUCT')
    .option('--out <file>', 'writes the table there (default: stdout)')
    .option(
      '--series <uid>',
      'series uid of the rows of the one file (default: what DICOM says, else the name without _label)',
    )
    .option(
      '--smallest <mm>',
      'leaves out parts whose ball is narrower (diameter_mm)',
      numberWithin(0, 1000),
      0,
    )
    .option('--force', 'replaces a table that holds other rows')
    .option('--json', 'one JSON document on stdout: {file, findings, tooSmall, failed}')
    .action(segments);
}

async function segments(files: readonly string[], flags: SegmentsFlags, command: Command): Promise<void> {
  if (flags.series !== undefined && files.length > 1)
    throw new UsageError(`--series is for one file, received ${files.length} files`);
  const { read, failed } = await withInterrupt((signal) => readAll(files, flags, signal));
  if (failed.length === files.length) throw failureOf(failed, files);
  const findings = read.filter(({ diameterMm }) => diameterMm >= flags.smallest);
  const tooSmall = read.length - findings.length;
  const text = segmentTableText(findings);
  const isJson = command.optsWithGlobals<SegmentsFlags>().json === true;
  const out = resolved(flags.out);
  if (out !== undefined) writeTables(new Map([[out, text]]), flags.force === true);
  if (isJson) printJson({ ...given({ file: out }), findings, tooSmall, failed });
  else if (out === undefined) printData(text);
  say(
    `${findings.length} parts of ${files.length - failed.length} files${tooSmall === 0 ? '' : `, ${tooSmall} smaller than ${flags.smallest} mm left out`}${out === undefined ? '' : `, in ${out}`}\n`,
  );
  if (failed.length > 0) throw failureOf(failed, files);
}

interface FailedFile {
  readonly file: string;
  readonly reason: string;
}

function failureOf(failed: readonly FailedFile[], files: readonly string[]): SegmentationsFailed {
  return new SegmentationsFailed(
    `${failed.length} of ${files.length} files could not be read: ${failed.map(({ reason }) => reason).join('; ')}`,
  );
}

/** File by file; what is wrong with one does not hold back the others. */
async function readAll(files: readonly string[], { series }: SegmentsFlags, signal: AbortSignal) {
  const read: SegmentFinding[] = [];
  const failed: FailedFile[] = [];
  for (const file of files)
    try {
      const options = { signal, ...given({ seriesUid: series }) };
      read.push(...(await segmentFindings(resolve(file), options)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.push({ file, reason: messageOf(error) });
    }
  return { read, failed };
}
