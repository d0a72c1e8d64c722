import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  LIDC_READERS,
  type LidcTables,
  lidcTableTexts,
  readLidcTables,
} from '../candidates/lidc/lidcTables.js';
import { VoxlabError } from '../errors.js';
import { given } from '../given.js';
import { resolved, wholeNumber } from './options.js';
import { print, printJson } from './standardStreams.js';
import { withProgress } from './withProgress.js';
import { writeTables } from './writeTables.js';

interface LidcFlags {
  readonly scans?: string;
  readonly out: string;
  readonly readers: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Some series could not be read; the tables hold the others. Recover: mend what the message names. */
class SeriesFailed extends VoxlabError {
  readonly _tag = 'SeriesFailed';
}

/** Names that the text shows of each list. */
const SHOWN = 3;

export function registerLidcTables(tables: Command): void {
  tables
    .command('lidc')
    .description(
      "Makes annotations.csv, annotations_excluded.csv and seriesuids.csv of LIDC-IDRI's XML files, with pylidc's clusters, centres and diameters.",
    )
    .argument('<folder>', 'holds the XML files, in it or below')
    .requiredOption('--out <folder>', 'writes the tables there')
    .option(
      '--scans <folder>',
      'holds the scans: DICOM series, or files named by their SeriesInstanceUID (default: the folder of the XML files)',
    )
    .option('--readers <n>', 'readers that must have marked a nodule', wholeNumber(1, 4), LIDC_READERS)
    .option('--force', 'replaces tables that hold other rows')
    .option(
      '--json',
      'one JSON document on stdout: {files, series, nodules, excluded, otherXml, withoutScan, crowded, failed}',
    )
    .action(lidc);
}

async function lidc(folder: string, flags: LidcFlags, command: Command): Promise<void> {
  const options = { ...given({ scansFolder: resolved(flags.scans) }), readers: flags.readers };
  const read = await withProgress((watch) => readLidcTables(resolve(folder), { ...options, ...watch }));
  const texts = new Map(
    [...lidcTableTexts(read)].map(([name, text]) => [join(resolve(flags.out), name), text]),
  );
  writeTables(texts, flags.force === true);
  const files = [...texts.keys()];
  const { nodules, excluded, seriesUids, otherXml, withoutScan, crowded, failed } = read;
  if (command.optsWithGlobals<LidcFlags>().json === true)
    printJson({
      ...{ files, series: seriesUids.length, nodules: nodules.length, excluded: excluded.length },
      ...{ otherXml, withoutScan, crowded, failed },
    });
  else print(`${textOf(read, files, flags.readers)}\n`);
  if (failed.length > 0)
    throw new SeriesFailed(
      `${failed.length} of ${failed.length + seriesUids.length} series could not be read and are in no table: ${failed[0]!.reason}`,
    );
}

function textOf(
  { nodules, excluded, seriesUids, otherXml, withoutScan, crowded, failed }: LidcTables,
  files: readonly string[],
  readers: number,
): string {
  const marks = (kind: string): number => excluded.filter((one) => one.kind === kind).length;
  return [
    ...files.map((file) => `wrote ${file}`),
    `  ${seriesUids.length} series, ${nodules.length} nodules of at least ${readers} readers`,
    `  excluded marks: ${marks('nodule')} of nodules of fewer readers, ${marks('small nodule')} of nodules below 3 mm, ${marks('no nodule')} of no nodule`,
    ...listed('XML files left out, no readings of CT', otherXml),
    ...listed('series left out, not among the scans', withoutScan),
    ...listed('series with more than four marks on one nodule, perhaps several', crowded),
    ...failed.map(({ reason }) => `  failed: ${reason}`),
  ].join('\n');
}

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > SHOWN ? ', ...; --json names all' : '';
  return [`  ${names.length} ${what} (${names.slice(0, SHOWN).join(', ')}${more})`];
}
