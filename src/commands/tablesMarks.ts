import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { awaitReadableBelow } from '../awaitReadable.js';
import { InputError, messageOf, VoxlabError } from '../errors.js';
import { markFiles } from '../marks/markFiles.js';
import { readMarks } from '../marks/readMarks.js';
import { writeFileAtomically } from '../paths.js';
import { searchScans } from '../volumes/findScans.js';
import { numberWithin, wholeNumber } from './options.js';
import { print, printJson } from './standardStreams.js';

interface MarksFlags {
  readonly out: string;
  readonly scans?: string;
  readonly most: number;
  readonly atLeast?: number;
  readonly json?: boolean;
}

/** Some series have no files; the others do. Recover: mend what the message names. */
class MarksFailed extends VoxlabError {
  readonly _tag = 'MarksFailed';
}

export function registerMarkFiles(tables: Command): void {
  tables
    .command('marks')
    .description(
      'Writes the marks of a table for the tools of a reading room: <uid>.mrk.json for 3D Slicer and, beside DICOM series, <uid>.sr.dcm (TID 1500).',
    )
    .argument(
      '<table>',
      'CSV of seriesuid, coordX, coordY, coordZ (mm) and, where there, probability, score, diameter_mm: a submission, candidates, annotations',
    )
    .requiredOption('--out <folder>', 'writes the files there; those of the same names are replaced')
    .option('--scans <folder>', 'holds the scans: for series that are DICOM a report is written, too')
    .option('--most <n>', 'marks of a scan, the surest ones', wholeNumber(1), 50)
    .option('--at-least <p>', 'leaves out marks of a lower probability', numberWithin(0, 1))
    .option('--json', 'one JSON document on stdout: {files, series, marks, leftOut, failed}')
    .action(marks);
}

async function marks(table: string, flags: MarksFlags, command: Command): Promise<void> {
  const bySeries = readMarks(resolve(table));
  if (flags.scans !== undefined) await awaitReadableBelow(resolve(flags.scans));
  const scans = flags.scans === undefined ? [] : searchScans(resolve(flags.scans), 'all').scans;
  const slices = new Map(scans.map((scan) => [scan.uid, scan.slices]));
  const files: string[] = [];
  const failed: { uid: string; reason: string }[] = [];
  let written = 0;
  let leftOut = 0;
  for (const [uid, all] of bySeries) {
    const sure = all.filter(({ probability }) => (probability ?? 1) >= (flags.atLeast ?? 0));
    const chosen = sure.slice(0, flags.most);
    try {
      requireFileName(uid, table);
      for (const [name, content] of await markFiles(chosen, { seriesUid: uid, slices: slices.get(uid) })) {
        writeFileAtomically(join(resolve(flags.out), name), content);
        files.push(join(resolve(flags.out), name));
      }
      written += chosen.length;
      leftOut += all.length - chosen.length;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.push({ uid, reason: messageOf(error) });
    }
  }
  if (command.optsWithGlobals<MarksFlags>().json === true)
    printJson({ files, series: bySeries.size, marks: written, leftOut, failed });
  else
    print(
      `wrote ${files.length} files of ${bySeries.size - failed.length} series in ${resolve(flags.out)}: ${written} marks, ${leftOut} less sure ones left out\n`,
    );
  if (failed.length > 0)
    throw new MarksFailed(`${failed.length} of ${bySeries.size} series have no files: ${failed[0]!.reason}`);
}

/** A uid names a file: one with a slash in it would lie elsewhere. */
function requireFileName(uid: string, table: string): void {
  if (!/[/\\]/.test(uid) && !/^\.{0,2}$/.test(uid)) return;
  throw new InputError(
    resolve(table),
    `seriesuid: expected one that can name a file, received ${JSON.stringify(uid)}`,
  );
}
