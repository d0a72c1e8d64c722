import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Candidate } from '../candidates/candidate.js';
import { candidateTablePath, readCandidates } from '../candidates/candidateTable.js';
import { type ExcludedFinding, readExcludedFindings } from '../candidates/excludedFindings.js';
import { InputError } from '../errors.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import { findScans, type ScanFile } from '../volumes/findScans.js';

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
  /** annotations_excluded.csv; negatives inside these findings are kept out of training. */
  readonly excludedPath?: string;
  readonly subsets: readonly number[] | 'all';
  readonly format: PatchFormat;
  readonly shard?: Shard;
  /** Receives `{dim}x{dim}x{slices}-patch.hdf5`. */
  readonly outFolder: string;
}

/** A scan with its candidates, in the order of the table. */
export interface ScanWork {
  readonly scan: ScanFile;
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly ExcludedFinding[];
}

/** A request made concrete: nothing is read of the scans yet, nothing is written. */
export interface CropJob {
  readonly file: string;
  readonly format: PatchFormat;
  /** What determines the result beside the scans; keys sorted. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** In the order of the rows: subset, then uid. */
  readonly work: readonly ScanWork[];
  /** Candidates of scans that were not chosen or are not there. */
  readonly ignoredCandidates: number;
  readonly scansWithoutCandidate: number;
}

/** Reads the tables and finds the scans. Throws InputError for a bad table, no scan, or no candidate in any scan. */
export function prepareCrop(request: CropRequest): CropJob {
  const tablePath = candidateTablePath(request.candidatesPath);
  const candidates = readCandidates(tablePath);
  const excluded = request.excludedPath === undefined ? [] : readExcludedFindings(request.excludedPath);
  const scans = findScans(request.scansFolder, request.subsets);
  const candidatesOf = groupByScan(candidates);
  const excludedOf = groupByScan(excluded);
  const chosen = scans.filter(({ uid }) => candidatesOf.has(uid));
  if (chosen.length === 0)
    throw new InputError(
      tablePath,
      `none of its ${candidates.length} candidates lies in any of the ${scans.length} scans of ${request.scansFolder}: expected series like ${scans[0]!.uid}, received ${candidates[0]?.seriesUid ?? 'an empty table'}`,
    );
  const matched = chosen.reduce((sum, { uid }) => sum + candidatesOf.get(uid)!.length, 0);
  return {
    file: join(request.outFolder, patchFileName(request.format, request.shard)),
    format: request.format,
    settings: settingsOf(request, tablePath),
    work: chosen
      .filter(
        (_, index) => request.shard === undefined || index % request.shard.count === request.shard.index,
      )
      .map((scan) => ({
        scan,
        candidates: candidatesOf.get(scan.uid)!,
        excluded: excludedOf.get(scan.uid) ?? [],
      })),
    ignoredCandidates: candidates.length - matched,
    scansWithoutCandidate: scans.length - chosen.length,
  };
}

/** `32x32x32-patch.hdf5`; of a shard `32x32x32-patch.0-of-4.hdf5`. */
export function patchFileName({ dim, slices }: PatchFormat, shard?: Shard): string {
  const part = shard === undefined ? '' : `.${shard.index}-of-${shard.count}`;
  return `${dim}x${dim}x${slices}-patch${part}.hdf5`;
}

function settingsOf({ format, excludedPath }: CropRequest, tablePath: string): Record<string, unknown> {
  return {
    candidates: hashOfFile(tablePath),
    dim: format.dim,
    ...(excludedPath === undefined ? {} : { excluded: hashOfFile(excludedPath) }),
    interpolation: format.interpolation,
    slices: format.slices,
    spacing: [...format.spacingMm],
  };
}

function hashOfFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function groupByScan<T extends { readonly seriesUid: string }>(items: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.seriesUid);
    if (group === undefined) groups.set(item.seriesUid, [item]);
    else group.push(item);
  }
  return groups;
}
