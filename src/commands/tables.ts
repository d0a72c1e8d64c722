import { resolve } from 'node:path';
import { awaitReadableBelow } from '../awaitReadable.js';
import {
  type LunaTables,
  type OfficialDifference,
  officialDifferences,
  readLunaTables,
} from '../candidates/lunaTables.js';
import { CROP_CONFIG_FILE, readCropSettings } from '../config/cropSettings.js';
import { VoxlabError } from '../errors.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';
import { registerLidcTables } from './tablesLidc.js';
import { registerMarkFiles } from './tablesMarks.js';
import { registerSegmentsTable } from './tablesSegments.js';

interface TablesFlags {
  readonly official?: boolean;
  readonly json?: boolean;
}

/** Tables that contradict each other, or are not LUNA16's own. Recover: get the tables named in the message again. */
class TablesDiffer extends VoxlabError {
  readonly _tag = 'TablesDiffer';
}

export const registerTablesCommand: RegisterCommand = (program) => {
  const command = program
    .command('tables')
    .description(
      "Counts LUNA16's tables (nodules, excluded findings, candidates, series, folds) and compares them with each other.",
    )
    .argument('[folder]', 'holds the tables (default: LUNA_PATH of configs/crop_nodules_3d.ini)')
    .option('--official', "expect LUNA16's own numbers: 888 series, 1186 nodules, ten subsets, ...")
    .option('--json', 'one JSON document on stdout: {folder, tables, counts, contradictions, differences}')
    .action(tables);
  registerLidcTables(command);
  registerSegmentsTable(command);
  registerMarkFiles(command);
};

async function tables(folder: string | undefined, flags: TablesFlags): Promise<void> {
  const of = folder === undefined ? readCropSettings(CROP_CONFIG_FILE, 'local').scansFolder : resolve(folder);
  await awaitReadableBelow(of);
  const found = readLunaTables(of);
  const differences = flags.official === true ? officialDifferences(found) : [];
  if (flags.json === true) printJson({ ...found, differences });
  else print(`${textOf(found, differences, flags.official === true)}\n`);
  const all = [...found.contradictions, ...differences.map(describe)];
  if (all.length > 0)
    throw new TablesDiffer(
      `${found.folder}: ${all[0]}${all.length > 1 ? `, and ${all.length - 1} more; --json names all` : ''}`,
    );
}

function textOf(
  { counts, tables: files, contradictions }: LunaTables,
  differences: readonly OfficialDifference[],
  official: boolean,
): string {
  const lines = [
    ...files.map((file) => `read ${file}`),
    ...Object.entries(counts).map(([what, count]) => `  ${what}: ${[count].flat().join(' ')}`),
    ...contradictions.slice(0, 10),
    ...differences.map(describe),
  ];
  if (official && differences.length === 0) lines.push("all counts are LUNA16's own");
  return lines.join('\n');
}

function describe({ what, expected, received }: OfficialDifference): string {
  return `${what}: expected ${[expected].flat().join(' ')}, received ${[received].flat().join(' ')}`;
}
