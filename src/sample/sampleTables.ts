import type { Vector3 } from '../volumes/volume.js';
import { add } from './points.js';
import type { ScanPlan } from './scanPlan.js';

/** What LUNA16's tables say of one scan, in world mm. */
export interface ScanTables {
  readonly seriesUid: string;
  readonly candidates: readonly { readonly centerWorldMm: Vector3; readonly isNodule: boolean }[];
  readonly annotations: readonly Finding[];
  readonly excluded: readonly Finding[];
}

export interface Finding {
  readonly centerWorldMm: Vector3;
  /** -1 = not measured. */
  readonly diameterMm: number;
}

/** Nodules are annotated; micronodules (with diameter), wall bumps and scars (without) are excluded findings. */
export function tablesOf(plan: ScanPlan): ScanTables {
  const world = (p: Vector3): Vector3 => add(plan.acquisition.middleWorldMm, p);
  const { nodules, micronodules, bumps, scars } = plan.findings;
  return {
    seriesUid: plan.seriesUid,
    candidates: plan.candidates.map(({ center, isNodule }) => ({ centerWorldMm: world(center), isNodule })),
    annotations: nodules.map(({ center, diameterMm }) => ({ centerWorldMm: world(center), diameterMm })),
    excluded: [
      ...micronodules.map(({ center, diameterMm }) => ({ centerWorldMm: world(center), diameterMm })),
      ...[...bumps, ...scars].map(({ center }) => ({ centerWorldMm: world(center), diameterMm: -1 })),
    ],
  };
}

/** The four files of a set, by name, with the headers and number formats of LUNA16's; rows in the order of the uids. */
export function tableFiles(scans: readonly ScanTables[]): ReadonlyMap<string, string> {
  const sorted = [...scans].sort((a, b) => (a.seriesUid < b.seriesUid ? -1 : 1));
  const findings = (pick: (scan: ScanTables) => readonly Finding[]): string =>
    csv(
      'seriesuid,coordX,coordY,coordZ,diameter_mm',
      sorted.flatMap((scan) =>
        pick(scan).map(({ centerWorldMm, diameterMm }) =>
          [scan.seriesUid, ...[...centerWorldMm, diameterMm].map(tenDigits)].join(','),
        ),
      ),
    );
  const candidates = csv(
    'seriesuid,coordX,coordY,coordZ,class',
    sorted.flatMap((scan) =>
      scan.candidates.map(({ centerWorldMm, isNodule }) =>
        [scan.seriesUid, ...centerWorldMm.map(twoDecimals), isNodule ? 1 : 0].join(','),
      ),
    ),
  );
  return new Map([
    ['candidates_V2.csv', candidates],
    ['annotations.csv', findings((scan) => scan.annotations)],
    ['annotations_excluded.csv', findings((scan) => scan.excluded)],
    ['seriesuids.csv', sorted.map((scan) => `${scan.seriesUid}\n`).join('')],
  ]);
}

function csv(header: string, rows: readonly string[]): string {
  return [header, ...rows].map((row) => `${row}\n`).join('');
}

/** As LUNA16's annotations: `-128.6994211`. */
function tenDigits(value: number): string {
  return String(Number(value.toPrecision(10)));
}

/** As LUNA16's candidates: `68.42`, `-288.7`. */
function twoDecimals(value: number): string {
  return String(Number(value.toFixed(2)));
}
