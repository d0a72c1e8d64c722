import { CENTER_COLUMNS } from '../candidates/csvTable.js';
import { csvText } from '../candidates/csvText.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { worldOf } from './acquisition.js';
import type { NegativeKind } from './candidateSites.js';
import type { MimicKind } from './mimics.js';
import type { NoduleDensity } from './nodules.js';
import type { Site } from './places.js';
import type { ScanPlan } from './scanPlan.js';

/** What LUNA16's tables say of one scan, in world mm. */
export interface ScanTables {
  readonly seriesUid: string;
  readonly candidates: readonly CandidateTruth[];
  readonly annotations: readonly Annotation[];
  readonly excluded: readonly Annotation[];
}

export interface Annotation {
  readonly centerWorldMm: Vector3;
  /** -1 = not measured. */
  readonly diameterMm: number;
}

/** A candidate and what is there. */
export interface CandidateTruth {
  readonly centerWorldMm: Vector3;
  readonly kind: 'nodule' | NegativeKind;
  /** Of a nodule. */
  readonly nodule?: { readonly diameterMm: number; readonly density: NoduleDensity; readonly site: Site };
}

/** Findings that readers disagree on: LUNA16 counts a mark on one neither as a hit nor as an error. */
const EXCLUDED: readonly MimicKind[] = ['micronodule', 'infiltrate', 'scar'];

/** Nodules are annotated; micronodules (with diameter), infiltrates and scars (without) are excluded findings. */
export function tablesOf({ acquisition, seriesUid, findings, candidates }: ScanPlan): ScanTables {
  const world = (p: Vector3): Vector3 => worldOf(acquisition, p);
  const annotated = findings.nodules.map(({ center, diameterMm }) => ({
    centerWorldMm: world(center),
    diameterMm,
  }));
  return {
    seriesUid,
    candidates: candidates.map((candidate) => {
      const truth = { centerWorldMm: world(candidate.center), kind: candidate.kind };
      if (candidate.kind !== 'nodule') return truth;
      const { diameterMm, density, site } = candidate.nodule;
      return { ...truth, nodule: { diameterMm, density, site } };
    }),
    annotations: annotated,
    excluded: findings.mimics
      .filter(({ kind }) => EXCLUDED.includes(kind))
      .map(({ kind, center, radiusMm }) => ({
        centerWorldMm: world(center),
        diameterMm: kind === 'micronodule' ? 2 * radiusMm : -1,
      })),
  };
}

/**
 * The files of a set, by name: four with the headers and number formats of LUNA16's, and candidates_truth.csv, which says
 * what is at each row of candidates_V2.csv. Rows in the order of the uids.
 */
export function tableFiles(scans: readonly ScanTables[]): ReadonlyMap<string, string> {
  const sorted = [...scans].sort((a, b) => (a.seriesUid < b.seriesUid ? -1 : 1));
  const table = <T>(
    columns: readonly string[],
    pick: (scan: ScanTables) => readonly T[],
    row: (item: T) => readonly (string | number)[],
  ): string =>
    csvText(
      ['seriesuid', ...CENTER_COLUMNS, ...columns],
      sorted.flatMap((scan) => pick(scan).map((item) => [scan.seriesUid, ...row(item)])),
    );
  const annotation = ({ centerWorldMm, diameterMm }: Annotation): string[] =>
    [...centerWorldMm, diameterMm].map(tenDigits);
  const candidate = ({ centerWorldMm, kind }: CandidateTruth): (string | number)[] => [
    ...centerWorldMm.map(twoDecimals),
    kind === 'nodule' ? 1 : 0,
  ];
  const truth = (row: CandidateTruth): (string | number)[] => {
    const { diameterMm, density = '', site = '' } = row.nodule ?? {};
    const diameter = diameterMm === undefined ? '' : tenDigits(diameterMm);
    return [...candidate(row), row.kind, diameter, density, site];
  };
  const candidates = (scan: ScanTables): readonly CandidateTruth[] => scan.candidates;
  const truthColumns = ['class', 'kind', 'diameter_mm', 'density', 'site'];
  return new Map([
    ['candidates_V2.csv', table(['class'], candidates, candidate)],
    ['candidates_truth.csv', table(truthColumns, candidates, truth)],
    ['annotations.csv', table(['diameter_mm'], (scan) => scan.annotations, annotation)],
    ['annotations_excluded.csv', table(['diameter_mm'], (scan) => scan.excluded, annotation)],
    ['seriesuids.csv', sorted.map((scan) => `${scan.seriesUid}\n`).join('')],
  ]);
}

/** As LUNA16's annotations: `-128.6994211`. */
function tenDigits(value: number): string {
  return String(Number(value.toPrecision(10)));
}

/** As LUNA16's candidates: `68.42`, `-288.7`. */
function twoDecimals(value: number): string {
  return String(Number(value.toFixed(2)));
}
