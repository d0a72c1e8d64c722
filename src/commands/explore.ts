import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { InputError, UsageError } from '../errors.js';
import { readersTables } from '../evaluation/readersTables.js';
import { rowDiameters } from '../evaluation/rowDiameters.js';
import { rowProbabilities } from '../evaluation/rowProbabilities.js';
import { sharedScans } from '../feed/parts.js';
import { type PatchRows, scanLabels } from '../feed/rowLabels.js';
import { countsOf } from '../patches/cutScan.js';
import { makeFolder, writeFileAtomically } from '../paths.js';
import { type DatasetDescription, shapeName } from '../store/hdf5/datasetDescription.js';
import { openPatchFile, type PatchFile, type PatchReader } from '../store/patchFile.js';
import { sampleVoxels, voxelFaults } from '../store/voxelSample.js';
import { patchGallery } from '../widgets/patchGallery.js';
import { oneOf, readersTablesOf } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { rowList } from './rowList.js';
import { print, printJson, say } from './standardStreams.js';

interface ExploreFlags {
  readonly rows?: string;
  readonly reader?: PatchReader;
  readonly html?: string;
  readonly predictions?: string;
  readonly annotations?: string;
  readonly json?: boolean;
}

/** `--json` of the plain command. */
interface Overview {
  readonly file: string;
  readonly datasets: Readonly<Record<string, DatasetDescription>>;
  /** Members of the file's root that are no datasets: groups, links that lead nowhere, named types. */
  readonly others: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly byClass: Readonly<Record<string, number>>;
  readonly bySubset: Readonly<Record<string, number>>;
  /** Rows that training leaves out; null where a column says nothing that fits, see `findings`. */
  readonly notrain: number | null;
  /** Lowest and highest voxel; null without a row. */
  readonly rangeHu: readonly [number, number] | null;
  /** Why training and scoring would refuse the file, each with what to do. */
  readonly findings: readonly string[];
  readonly patch: { readonly size: readonly [number, number, number]; readonly spacingMm: readonly number[] };
  readonly provenance: unknown;
}

/** `--json` with `--rows`. */
interface RowHashes {
  readonly reader: PatchReader;
  readonly fellBackTo?: PatchReader;
  readonly rows: readonly { readonly row: number; readonly sha256: string }[];
}

export const registerExploreCommand: RegisterCommand = (program) => {
  program
    .command('explore')
    .description(
      'Says what a patch file holds: datasets, classes, subsets, intensities, geometry, where it came from.',
    )
    .argument('<file>', 'a patch file, of voxlab or of the original project')
    .option('--rows <list>', 'instead: the sha256 of the bytes of these rows (0,5,7 or all)')
    .option(
      '--reader <name>',
      'how --rows are read: index (straight from the file) or h5wasm',
      oneOf('index', 'h5wasm'),
    )
    .option(
      '--html <page>',
      'instead: a page of patches to sort, filter and look into, some of each class, or --rows',
    )
    .option(
      '--predictions <csv>',
      'with --html: the probabilities of an evaluation (predictions.csv); false positives and negatives come first',
    )
    .option(
      '--annotations <csv>',
      'with --html: nodules with diameter_mm, by which the patches can be chosen and sorted (default: annotations.csv beside the candidates, where it knows the scans)',
    )
    .option(
      '--json',
      'one JSON document on stdout: {datasets, rows, byClass, bySubset, rangeHu, ...}; with --rows {reader, rows:[{row, sha256}]}',
    )
    .action(explore);
};

async function explore(path: string, flags: ExploreFlags): Promise<void> {
  const patches = await openPatchFile(resolve(path));
  try {
    if (flags.predictions !== undefined && flags.html === undefined)
      throw new UsageError('--predictions sorts the patches of a page: expected --html beside it');
    if (flags.annotations !== undefined && flags.html === undefined)
      throw new UsageError(
        '--annotations gives the patches of a page their diameters: expected --html beside it',
      );
    if (flags.html !== undefined) return await writePage(patches, flags.html, flags);
    if (flags.rows === undefined && flags.reader !== undefined)
      throw new UsageError('--reader says how --rows are read: expected --rows beside it');
    if (flags.rows === undefined) {
      const overview = await overviewOf(patches);
      if (flags.json === true) printJson(overview);
      else print(textOf(overview));
    } else {
      const hashes = await hashRows(patches, rowList(flags.rows, patches.rows), flags.reader ?? 'index');
      if (flags.json === true) printJson(hashes);
      else print(hashes.rows.map(({ row, sha256 }) => `${sha256}  row ${row}\n`).join(''));
      if (hashes.fellBackTo !== undefined && 'because' in patches.input && flags.json !== true)
        say(`read with ${hashes.fellBackTo}: ${patches.input.because}\n`);
    }
  } finally {
    patches.close();
  }
}

async function writePage(patches: PatchFile, file: string, flags: ExploreFlags): Promise<void> {
  if (flags.reader !== undefined)
    throw new UsageError('--reader says how --rows are hashed: leave out --html');
  const probabilities =
    flags.predictions === undefined ? undefined : rowProbabilities(patches, resolve(flags.predictions));
  const rows = flags.rows === undefined ? undefined : rowList(flags.rows, patches.rows);
  const tables = await readersTables(new Set(patches.places().seriesUids), readersTablesOf(flags));
  const gallery = await patchGallery(patches, {
    title: basename(patches.path),
    ...(rows !== undefined && { rows, most: rows.length }),
    ...(probabilities !== undefined && { probabilities }),
    ...(tables !== undefined && { diametersMm: rowDiameters(patches, tables.annotations) }),
  });
  makeFolder(dirname(resolve(file)));
  writeFileAtomically(resolve(file), gallery.page());
  const { leftOut } = gallery;
  if (leftOut.length > 0)
    say(
      `${leftOut.length} rows are left out, from row ${leftOut[0]} on: a page holds 3 MB; name fewer with --rows\n`,
    );
  say(`${gallery.rows.length} patches, ${file}\n`);
  if (flags.json === true) printJson({ page: resolve(file), rows: gallery.rows, leftOut });
}

async function overviewOf(patches: PatchFile): Promise<Overview> {
  const { labels, fault } = labelsOrFault(patches);
  const { dim, slices, spacingMm } = patches.format;
  const sample = await sampleVoxels(patches);
  return {
    file: patches.path,
    datasets: patches.datasets(),
    others: patches.others(),
    rows: patches.rows,
    byClass: countsOf(labels?.classes ?? []),
    bySubset: countsOf(labels?.subsets ?? []),
    notrain: labels?.notrain.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0) ?? null,
    rangeHu: sample.notFinite.length > 0 ? null : await rangeOf(patches),
    findings: [...fault, ...voxelFaults(sample, 'hu'), ...sharedFault(labels)],
    patch: { size: [dim, dim, slices], spacingMm },
    provenance: patches.provenance ?? null,
  };
}

/** Columns that `train` refuses are a finding here: what else a file holds is still to be seen. */
function labelsOrFault(patches: PatchFile): {
  readonly labels?: PatchRows;
  readonly fault: readonly string[];
} {
  try {
    return { labels: scanLabels(patches), fault: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { fault: [error.reason] };
  }
}

function sharedFault(labels: PatchRows | undefined): string[] {
  const shared = labels === undefined ? [] : sharedScans(labels);
  if (shared.length === 0) return [];
  return [
    `${shared.length} scans lie in several subsets (first: ${shared[0]!.uid}): split by scan with FOLDS`,
  ];
}

/** Over all voxels, some rows at a time. */
async function rangeOf(patches: PatchFile): Promise<readonly [number, number] | null> {
  if (patches.rows === 0) return null;
  const rowsAtOnce = 64;
  const block = new Int16Array(rowsAtOnce * patches.voxelsPerRow);
  let [low, high] = [32767, -32768];
  for (let from = 0; from < patches.rows; from += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, patches.rows - from) }, (_, i) => from + i);
    await patches.readRows(rows, block);
    for (let i = 0; i < rows.length * patches.voxelsPerRow; i++) {
      const value = block[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

async function hashRows(
  patches: PatchFile,
  rows: readonly number[],
  reader: PatchReader,
): Promise<RowHashes> {
  const hashes = [];
  for (const row of rows) {
    const bytes = await patches.readRowBytes(row, reader);
    hashes.push({ row, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  const fellBack = reader === 'index' && 'because' in patches.input;
  return { reader, ...(fellBack ? { fellBackTo: 'h5wasm' as const } : {}), rows: hashes };
}

function textOf({
  file,
  datasets,
  others,
  rows,
  byClass,
  bySubset,
  notrain,
  rangeHu,
  findings,
  patch,
  provenance,
}: Overview): string {
  const counts = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .map(([name, count]) => `${name}: ${count}`)
      .join(', ') || 'none';
  const lines = [
    file,
    `  ${rows} patches of ${patch.size.join(' x ')} voxels (x, y, z) at ${patch.spacingMm.join(' x ')} mm${rangeHu === null ? '' : `, ${rangeHu[0]} to ${rangeHu[1]} HU`}`,
    `  by class: ${counts(byClass)}${notrain === null ? '' : `; ${notrain} left out of training`}`,
    `  by subset: ${counts(bySubset)}`,
    ...Object.entries(datasets).map(
      ([name, { shape, dtype, chunks }]) =>
        `  ${name.padEnd(15)} ${shapeName(shape).padEnd(14)} ${dtype.padEnd(8)} ${chunks === null ? 'contiguous' : `chunks of ${chunks.join(' x ')}`}`,
    ),
  ];
  for (const [name, what] of Object.entries(others)) lines.push(`  ${name.padEnd(15)} not read: ${what}`);
  const settings = (provenance as { program: string; settings: unknown } | null) ?? undefined;
  if (settings !== undefined)
    lines.push(`  cut by ${settings.program} with ${JSON.stringify(settings.settings)}`);
  for (const finding of findings) lines.push(`  finding: ${finding}`);
  return `${lines.join('\n')}\n`;
}
