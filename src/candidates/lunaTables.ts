import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { isFolder } from '../paths.js';
import { type Annotation, radiusMm, readAnnotations } from './annotations.js';
import type { Candidate } from './candidate.js';
import { candidateTableIn, readCandidates } from './candidateTable.js';
import { type Folds, readFolds } from './folds.js';
import { groupBySeries } from './groupBySeries.js';
import { isWithin } from './notrain.js';
import { readSeriesUids } from './seriesUids.js';

/** LUNA16's own numbers (luna16.grand-challenge.org; candidates_V2.csv as published with it). */
export const OFFICIAL_COUNTS = {
  series: 888,
  nodules: 1186,
  seriesWithNodule: 601,
  excluded: 35_192,
  excludedOfUnknownSize: 30_513,
  candidates: 754_975,
  positives: 1557,
  seriesBySubset: [89, 89, 89, 89, 89, 89, 89, 89, 88, 88],
} as const;

/** What the tables of a folder hold; a table that is not there leaves its counts out. */
export interface LunaTables {
  readonly folder: string;
  readonly tables: readonly string[];
  readonly counts: Partial<
    Record<Exclude<keyof typeof OFFICIAL_COUNTS, 'seriesBySubset'>, number> & {
      readonly seriesBySubset: readonly number[];
      /** Nodules within whose radius lies a candidate of class 1: the others cannot be found from the candidates. */
      readonly nodulesWithPositive: number;
    }
  >;
  /** Rows that contradict another table, with file and reason. */
  readonly contradictions: readonly string[];
}

/** A count that differs from LUNA16's own. */
export interface OfficialDifference {
  readonly what: string;
  readonly expected: number | readonly number[];
  readonly received: number | readonly number[] | 'no table';
}

/**
 * Reads annotations.csv, annotations_excluded.csv, candidates_V2.csv (or candidates.csv), seriesuids.csv and the folds
 * (subset0/ .. subset9/, or subsets.csv: seriesuid, subset), those of them that the folder has, and compares them with each
 * other. Throws InputError for a folder without any, and for a table that cannot be read.
 */
export function readLunaTables(folder: string): LunaTables {
  const path = (name: string): string | undefined =>
    existsSync(join(folder, name)) ? join(folder, name) : undefined;
  const files = {
    nodules: path('annotations.csv'),
    excluded: path('annotations_excluded.csv'),
    candidates: candidateTableIn(folder),
    series: path('seriesuids.csv'),
  };
  const nodules = files.nodules === undefined ? undefined : readAnnotations(files.nodules);
  const excluded = files.excluded === undefined ? undefined : readAnnotations(files.excluded);
  const candidates = files.candidates === undefined ? undefined : readCandidates(files.candidates);
  const series = files.series === undefined ? undefined : new Set(readSeriesUids(files.series));
  const folds = foldsOf(folder);
  const tables = [...Object.values(files), folds?.source].filter((file) => file !== undefined);
  if (tables.length === 0)
    throw new InputError(
      folder,
      "expected LUNA16's tables (annotations.csv, annotations_excluded.csv, candidates_V2.csv, seriesuids.csv), found none",
    );
  const positives = candidates?.filter((candidate) => candidate.class === 1);
  return {
    folder,
    tables,
    counts: {
      ...(series === undefined ? {} : { series: series.size }),
      ...(nodules === undefined ? {} : { nodules: nodules.length, seriesWithNodule: uidsOf(nodules).size }),
      ...(excluded === undefined
        ? {}
        : {
            excluded: excluded.length,
            excludedOfUnknownSize: excluded.filter(({ diameterMm }) => diameterMm < 0).length,
          }),
      ...(candidates === undefined ? {} : { candidates: candidates.length, positives: positives!.length }),
      ...(nodules === undefined || positives === undefined
        ? {}
        : { nodulesWithPositive: nodulesWithPositive(nodules, positives) }),
      ...(folds === undefined ? {} : { seriesBySubset: countsBySubset(folds.subsets) }),
    },
    contradictions: contradictions(files, { nodules, excluded, candidates, folds: folds?.subsets }, series),
  };
}

/** Empty for LUNA16's own tables. */
export function officialDifferences({ counts }: LunaTables): OfficialDifference[] {
  return Object.entries(OFFICIAL_COUNTS).flatMap(([what, expected]) => {
    const received = counts[what as keyof typeof OFFICIAL_COUNTS] ?? 'no table';
    return String(received) === String(expected) ? [] : [{ what, expected, received }];
  });
}

function foldsOf(folder: string): { source: string; subsets: Folds } | undefined {
  const table = join(folder, 'subsets.csv');
  if (existsSync(table)) return { source: table, subsets: readFolds(table) };
  if (!isFolder(join(folder, 'subset0'))) return undefined;
  return { source: join(folder, 'subset<k>/'), subsets: readFolds(folder) };
}

function countsBySubset(subsets: Folds): number[] {
  const counts: number[] = Array.from({ length: Math.max(...subsets.values()) + 1 }, () => 0);
  for (const subset of subsets.values()) counts[subset] = (counts[subset] ?? 0) + 1;
  return counts;
}

function nodulesWithPositive(nodules: readonly Annotation[], positives: readonly Candidate[]): number {
  const bySeries = groupBySeries(positives);
  return nodules.filter((nodule) =>
    (bySeries.get(nodule.seriesUid) ?? []).some((candidate) =>
      isWithin(candidate.centerWorldMm, nodule.centerWorldMm, radiusMm(nodule)),
    ),
  ).length;
}

function uidsOf(rows: readonly { readonly seriesUid: string }[]): Set<string> {
  return new Set(rows.map(({ seriesUid }) => seriesUid));
}

/** Series that seriesuids.csv does not have, or that lie in no fold. */
function contradictions(
  files: Readonly<Record<string, string | undefined>>,
  tables: {
    readonly nodules: readonly Annotation[] | undefined;
    readonly excluded: readonly Annotation[] | undefined;
    readonly candidates: readonly Candidate[] | undefined;
    readonly folds: Folds | undefined;
  },
  series: ReadonlySet<string> | undefined,
): string[] {
  if (series === undefined) return [];
  const { nodules = [], excluded = [], candidates = [], folds } = tables;
  const unknown = (file: string | undefined, uids: ReadonlySet<string>): string[] =>
    [...uids]
      .filter((uid) => !series.has(uid))
      .map((uid) => `${file}: series ${uid} is not in ${files.series}`);
  return [
    ...unknown(files.nodules, uidsOf(nodules)),
    ...unknown(files.excluded, uidsOf(excluded)),
    ...unknown(files.candidates, uidsOf(candidates)),
    ...(folds === undefined
      ? []
      : [...series]
          .filter((uid) => !folds.has(uid))
          .map((uid) => `${files.series}: series ${uid} lies in no subset`)),
  ];
}
