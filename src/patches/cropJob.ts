import { join } from 'node:path';
import { awaitReadable, awaitReadableBelow } from '../awaitReadable.js';
import type { Candidate, VoxelCandidate } from '../candidates/candidate.js';
import { candidateTablePath, readCandidates } from '../candidates/candidateTable.js';
import { type ContradictoryRows, contradictoryRows } from '../candidates/contradictoryRows.js';
import { type ExcludedFinding, readExcludedFindings } from '../candidates/excludedFindings.js';
import { groupBySeries } from '../candidates/groupBySeries.js';
import { type Coordinates, LUNA16_FORMAT, type TableFormat } from '../candidates/tableFormat.js';
import { InputError } from '../errors.js';
import { sumOfFile } from '../fileSum.js';
import { given } from '../given.js';
import type { NormalisationRequest } from '../store/intensity.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { LeftOutFile } from '../volumes/dicom/dicomSearch.js';
import { type ScanFile, searchScans } from '../volumes/findScans.js';
import type { ReadingChoices } from '../volumes/readVolume.js';
import { readingSettings } from './readingSettings.js';

/** Part `index` (from 0) of `count`: the scans whose index mod count is `index`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What to cut, and out of what. */
export interface CropRequest {
  /** Holds subset0/ .. subset9/, or the scans themselves. */
  readonly scansFolder: string;
  /** A table, or a folder that holds candidates_V2.csv or candidates.csv. */
  readonly candidatesPath: string;
  /** How the table is read. Default: as LUNA16's. */
  readonly table?: TableFormat;
  /** annotations_excluded.csv; negatives inside these findings are kept out of training. */
  readonly excludedPath?: string;
  readonly subsets: readonly number[] | 'all';
  /** One file each, cut in one pass over the scans. */
  readonly formats: readonly PatchFormat[];
  /** Measured over all rows of a file, and recorded in it. */
  readonly normalise?: NormalisationRequest;
  /** Datasets `mask` and `in_lung`: the lungs, on the patches' grid. */
  readonly lungMask?: boolean;
  /** How scans are read where their format leaves a choice. */
  readonly reading?: ReadingChoices;
  readonly shard?: Shard;
  /** Receives a `{dim}x{dim}x{slices}-patch.hdf5` of each format. */
  readonly outFolder: string;
}

/** A scan with its candidates, in the order of the table. */
export interface ScanWork {
  readonly scan: ScanFile;
  readonly candidates: readonly (Candidate | VoxelCandidate)[];
  readonly excluded: readonly ExcludedFinding[];
}

/** How many candidates a series has. */
export interface SeriesCount {
  readonly uid: string;
  readonly candidates: number;
}

/** One file of a request, made concrete: nothing is read of the scans yet, nothing is written. */
export interface CropJob {
  readonly file: string;
  readonly format: PatchFormat;
  readonly normalise?: NormalisationRequest;
  readonly coordinates: Coordinates;
  readonly lungMask: boolean;
  readonly reading: ReadingChoices;
  /** What determines the result beside the scans; keys sorted. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** In the order of the rows: subset, then uid. */
  readonly work: readonly ScanWork[];
  /** Candidates of scans that were not chosen or are not there. */
  readonly ignoredCandidates: number;
  /** Their series, most candidates first. */
  readonly ignoredSeries: readonly SeriesCount[];
  readonly scansWithoutCandidate: number;
  /** DICOM files among the scans that are no slices. */
  readonly leftOut: readonly LeftOutFile[];
  readonly contradictory: readonly ContradictoryRows[];
}

/**
 * Reads the tables and finds the scans: a job for each format, over the same scans. Throws InputError for a bad table, no
 * scan, no candidate in any scan, or a file system that does not answer; RangeError for formats whose files would have one name.
 */
export async function prepareCrop(request: CropRequest): Promise<readonly CropJob[]> {
  const names = request.formats.map((format) => patchFileName(format, request.shard));
  if (names.length === 0 || new Set(names).size < names.length)
    throw new RangeError(`Expected patches of different sizes, received ${names.join(', ') || 'none'}`);
  for (const path of [request.candidatesPath, request.excludedPath ?? '', request.outFolder])
    await awaitReadable(path);
  const tablePath = candidateTablePath(request.candidatesPath);
  await awaitReadable(tablePath);
  const candidates = readCandidates(tablePath, request.table ?? LUNA16_FORMAT);
  const excluded = request.excludedPath === undefined ? [] : readExcludedFindings(request.excludedPath);
  await awaitReadableBelow(request.scansFolder);
  const { scans, leftOut } = searchScans(request.scansFolder, request.subsets);
  const candidatesOf = groupBySeries(candidates);
  const excludedOf = groupBySeries(excluded);
  const chosen = scans.filter(({ uid }) => candidatesOf.has(uid));
  if (chosen.length === 0)
    throw new InputError(
      tablePath,
      `none of its ${candidates.length} candidates lies in any of the ${scans.length} scans of ${request.scansFolder}: expected series like ${scans[0]!.uid}, received ${candidates[0]?.seriesUid ?? 'an empty table'}`,
    );
  const matched = chosen.reduce((sum, { uid }) => sum + candidatesOf.get(uid)!.length, 0);
  const normalise = given({ normalise: request.normalise });
  const reading = readingSettings(request.reading);
  const shared = {
    ...normalise,
    lungMask: request.lungMask === true,
    reading,
    coordinates: request.table?.coordinates ?? LUNA16_FORMAT.coordinates,
    work: ofShard(chosen, request.shard).map((scan) => ({
      scan,
      candidates: candidatesOf.get(scan.uid)!,
      excluded: excludedOf.get(scan.uid) ?? [],
    })),
    ignoredCandidates: candidates.length - matched,
    ignoredSeries: seriesOutside(candidatesOf, chosen),
    scansWithoutCandidate: scans.length - chosen.length,
    leftOut,
    contradictory: contradictoryRows(chosen.flatMap(({ uid }) => candidatesOf.get(uid)!)),
  };
  const hashes = {
    candidates: sumOfFile(tablePath).sha256,
    ...(request.excludedPath === undefined ? {} : { excluded: sumOfFile(request.excludedPath).sha256 }),
  };
  return request.formats.map((format, index) => ({
    ...shared,
    file: join(request.outFolder, names[index]!),
    format,
    settings: sortedByKey({
      ...hashes,
      ...tableSettings(request.table),
      ...formatSettings(format),
      ...reading,
      ...normalise,
      ...(request.lungMask === true ? { lungMask: true } : {}),
    }),
  }));
}

/** A shard's part of the scans. */
export function ofShard<T>(scans: readonly T[], shard: Shard | undefined): readonly T[] {
  return shard === undefined ? scans : scans.filter((_, index) => index % shard.count === shard.index);
}

function seriesOutside(
  candidatesOf: ReadonlyMap<string, readonly unknown[]>,
  chosen: readonly ScanFile[],
): SeriesCount[] {
  const uids = new Set(chosen.map(({ uid }) => uid));
  return [...candidatesOf]
    .filter(([uid]) => !uids.has(uid))
    .map(([uid, { length }]) => ({ uid, candidates: length }))
    .sort((a, b) => b.candidates - a.candidates);
}

/** `32x32x32-patch.hdf5`; of a shard `32x32x32-patch.0-of-4.hdf5`. */
export function patchFileName({ dim, slices }: PatchFormat, shard?: Shard): string {
  return `${dim}x${dim}x${slices}-patch${shardEnding(shard)}.hdf5`;
}

/** What stands in the names of a shard's files before their last ending: `.0-of-4`. */
export function shardEnding(shard: Shard | undefined): string {
  return shard === undefined ? '' : `.${shard.index}-of-${shard.count}`;
}

function formatSettings({ dim, slices, spacingMm, interpolation }: PatchFormat): Record<string, unknown> {
  return { dim, interpolation, slices, spacing: [...spacingMm] };
}

/** What is as LUNA16's is not said. */
function tableSettings({ columns, coordinates } = LUNA16_FORMAT): Record<string, unknown> {
  return {
    ...(Object.keys(columns).length === 0 ? {} : { columns: sortedByKey(columns) }),
    ...(coordinates === LUNA16_FORMAT.coordinates ? {} : { coordinates }),
  };
}

function sortedByKey(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
