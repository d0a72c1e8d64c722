import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rowsBySeries } from '../candidates/groupBySeries.js';
import { InputError, throwIfAborted } from '../errors.js';
import { takeLock } from '../fileLock.js';
import { makeFolder } from '../paths.js';
import type { Progress } from '../progress.js';
import { measureNormalisation, type NormalisationRequest } from '../store/intensity.js';
import type { PatchLabels } from '../store/patchColumns.js';
import { openPatchFile, type PatchFile } from '../store/patchFile.js';
import type { PatchColumns, PatchProvenance } from '../store/patchFileContract.js';
import { writePatchFile } from '../store/writePatchFile.js';
import { compareUids } from '../volumes/findScans.js';
import type { CropResult } from './crop.js';
import { patchFileName } from './cropJob.js';
import { countsOf } from './cutScan.js';

export interface MergeOptions {
  /** All shards of one crop, in any order. */
  readonly files: readonly string[];
  /** Default: the folder of the first shard. */
  readonly outFolder?: string;
  /** Replace a file that is there. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export type MergeResult = Pick<CropResult, 'file' | 'rows' | 'byClass' | 'bySubset'>;

/** The rows of one scan, which lie together in one shard. */
interface ScanRows {
  readonly shard: PatchFile;
  /** Of all rows of the shard. */
  readonly labels: PatchLabels;
  readonly uid: string;
  readonly subset: number;
  readonly rows: readonly number[];
}

const ROWS_PER_BLOCK = 64;

/**
 * The shards of a crop (`--shard i/n`) as one file, with the bytes that a crop without shards writes.
 * Throws InputError for a shard that is missing, given twice, or of other settings, and for a file in the way.
 */
export async function mergeShards(options: MergeOptions): Promise<MergeResult> {
  requireAllShards(options.files);
  const shards: PatchFile[] = [];
  try {
    for (const file of options.files) shards.push(await openPatchFile(file));
    const provenance = mergedProvenance(shards);
    const { format } = shards[0]!;
    const file = join(options.outFolder ?? dirname(options.files[0]!), patchFileName(format));
    const scans = shards.flatMap(scansOf).sort((a, b) => a.subset - b.subset || compareUids(a.uid, b.uid));
    const columns = columnsOf(scans);
    if (columns.classes.length === 0)
      throw new InputError(options.files[0]!, 'no row to write: none of the shards has any');
    makeFolder(dirname(file));
    const release = takeLock(file);
    try {
      // Under the lock: another merge may have made it just now.
      if (existsSync(file) && options.force !== true)
        throw new InputError(file, 'is there already; use --force to replace it, or another --out');
      const normalise = provenance.settings.normalise as NormalisationRequest | undefined;
      const normalisation =
        normalise === undefined
          ? {}
          : { normalisation: await measureNormalisation(normalise, () => voxelsOf(scans, options)) };
      await writePatchFile(
        file,
        { ...format, ...normalisation },
        provenance,
        columns,
        voxelsOf(scans, options),
        ...(columns.inLung === undefined ? [] : [masksOf(scans, options)]),
      );
    } finally {
      release();
    }
    return {
      file,
      rows: columns.classes.length,
      byClass: countsOf(columns.classes),
      bySubset: countsOf(columns.subsets),
    };
  } finally {
    for (const shard of shards) shard.close();
  }
}

/** Names end in `.i-of-n.hdf5`: each i from 0 to n - 1 once. */
function requireAllShards(files: readonly string[]): void {
  const parts = files.map((file) => {
    const [, index, count] = /\.(\d+)-of-(\d+)\.hdf5$/.exec(basename(file)) ?? [];
    if (index === undefined) throw new InputError(file, 'expected a shard, whose name ends in .i-of-n.hdf5');
    return { index: Number(index), count: Number(count) };
  });
  const count = parts[0]!.count;
  const missing = Array.from({ length: count }, (_, i) => i).filter(
    (i) => !parts.some(({ index }) => index === i),
  );
  if (missing.length > 0 || parts.length !== count || parts.some((part) => part.count !== count))
    throw new InputError(
      files[0]!,
      `expected the ${count} shards 0 to ${count - 1} of one crop, each once, received ${parts.map(({ index, count: n }) => `${index}-of-${n}`).join(', ')}`,
    );
}

function mergedProvenance(shards: readonly PatchFile[]): PatchProvenance {
  const all = shards.map(({ path, provenance }) => {
    if (provenance === undefined) throw new InputError(path, 'expected a shard that voxlab cut');
    return { path, provenance };
  });
  const { program, settings } = all[0]!.provenance;
  for (const { path, provenance } of all)
    if (JSON.stringify([provenance.program, provenance.settings]) !== JSON.stringify([program, settings]))
      throw new InputError(path, `was cut with other settings than ${all[0]!.path}; cut both again`);
  const joined = <K extends 'failedScans' | 'outside' | 'resampled'>(
    key: K,
  ): Partial<Pick<PatchProvenance, K>> => {
    const parts = all.map(({ provenance }) => provenance[key]).filter((part) => part !== undefined);
    return parts.length === 0
      ? {}
      : ({ [key]: Object.assign({}, ...parts) } as Partial<Pick<PatchProvenance, K>>);
  };
  return {
    program,
    settings,
    scans: Object.assign({}, ...all.map(({ provenance }) => provenance.scans)),
    ...joined('failedScans'),
    ...joined('outside'),
    ...joined('resampled'),
  };
}

function scansOf(shard: PatchFile): ScanRows[] {
  const labels = shard.labels();
  return [...rowsBySeries(shard.places().seriesUids)].map(([uid, rows]) => ({
    ...{ shard, labels, uid, rows },
    subset: labels.subsets[rows[0]!]!,
  }));
}

function columnsOf(scans: readonly ScanRows[]): PatchColumns {
  const pick = (name: 'classes' | 'notrain' | 'notrainReason' | 'subsets'): number[] =>
    scans.flatMap(({ labels, rows }) => rows.map((row) => labels[name][row]!));
  const findings = scans.flatMap(({ shard, rows }) => shard.findings(rows));
  return {
    classes: pick('classes'),
    notrain: pick('notrain'),
    notrainReason: pick('notrainReason'),
    subsets: pick('subsets'),
    ...(scans.every(({ labels }) => labels.inLung !== undefined)
      ? { inLung: scans.flatMap(({ labels, rows }) => rows.map((row) => labels.inLung![row]!)) }
      : {}),
    centerWorldMm: findings.map(({ centerWorldMm }) => centerWorldMm),
    seriesUid: findings.map(({ seriesUid }) => seriesUid),
  };
}

async function* voxelsOf(
  scans: readonly ScanRows[],
  { signal, onProgress }: MergeOptions,
): AsyncGenerator<Int16Array> {
  const total = scans.reduce((sum, { rows }) => sum + rows.length, 0);
  let done = 0;
  for (const { shard, rows } of rowParts(scans, signal)) {
    const block = new Int16Array(rows.length * shard.voxelsPerRow);
    await shard.readRows(rows, block);
    yield block;
    done += rows.length;
    onProgress?.({ stage: 'merge', done, total, unit: 'rows' });
  }
}

function* masksOf(scans: readonly ScanRows[], { signal }: MergeOptions): Generator<Uint8Array> {
  for (const { shard, rows } of rowParts(scans, signal)) {
    const block = new Uint8Array(rows.length * shard.voxelsPerRow);
    shard.readMasks(rows, block);
    yield block;
  }
}

/** All rows in order, a block at a time. */
function* rowParts(
  scans: readonly ScanRows[],
  signal: AbortSignal | undefined,
): Generator<Pick<ScanRows, 'shard' | 'rows'>> {
  for (const { shard, rows } of scans)
    for (let from = 0; from < rows.length; from += ROWS_PER_BLOCK) {
      throwIfAborted(signal, 'merging');
      yield { shard, rows: rows.slice(from, from + ROWS_PER_BLOCK) };
    }
}
