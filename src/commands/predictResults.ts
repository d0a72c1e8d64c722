import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { predictionTable } from '../evaluation/predictionTable.js';
import type { ScanPrediction } from '../evaluation/predictor.js';
import { readJson } from '../jsonPlace.js';
import { writeFileAtomically } from '../paths.js';
import type { ScanFile } from '../volumes/findScans.js';
import { hashOfScan } from '../volumes/readVolume.js';

/** One scan's marks, as --json prints them. */
export interface ScanMarks {
  readonly scan: string;
  readonly marks: readonly {
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly probability: number;
    readonly networkProbability: number;
    readonly diameterMm: number | null;
  }[];
}

/** `<uid>.marks.json`: a scan's marks, and what they were made of. It is written behind the scan's other files. */
interface ScanRecord extends ScanMarks {
  /** What decides about the marks, keys sorted. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sha256: string;
  readonly files: readonly string[];
}

/** A folder of results: each scan's stand for themselves, so that a later run goes on with the scans that are left. */
export interface PredictResults {
  /** What stands there of a scan, whole and of these settings. Throws InputError where it is of another version of the scan. */
  standing(scan: ScanFile): Promise<ScanMarks | undefined>;
  write(marks: ScanMarks, sha256: string, files: ReadonlyMap<string, string | Uint8Array>): void;
}

/** Throws InputError before anything is done where results of other settings are in the way of one of the scans. */
export function openResults(
  out: string,
  scans: readonly ScanFile[],
  settings: ScanRecord['settings'],
  isForced: boolean,
): PredictResults {
  const fileOf = (uid: string): string => join(out, `${uid}.marks.json`);
  if (!isForced) for (const { uid } of scans) requireSame(fileOf(uid), settings);
  return {
    async standing(scan) {
      const record = isForced ? undefined : readRecord(fileOf(scan.uid));
      if (record === undefined || !record.files.every((name) => existsSync(join(out, name))))
        return undefined;
      if (isAnAddition(HEAT_MAP, record.settings, settings)) return undefined;
      if (record.sha256 !== (await hashOfScan(scan)))
        throw refusal(
          fileOf(scan.uid),
          `marks of another version of ${scan.path}`,
          'those of the present one',
        );
      return { scan: record.scan, marks: record.marks };
    },
    write(marks, sha256, files) {
      for (const [name, content] of files) writeFileAtomically(join(out, name), content);
      const record: ScanRecord = { settings, sha256, files: [...files.keys()], ...marks };
      writeFileAtomically(fileOf(marks.scan), `${JSON.stringify(record, null, 2)}\n`);
    },
  };
}

/** A map beside the marks changes none of them: it may be asked for later, and left out where it stands. */
const HEAT_MAP = 'heatMapMm';

function isAnAddition(key: string, there: ScanRecord['settings'], wanted: ScanRecord['settings']): boolean {
  return there[key] === undefined && wanted[key] !== undefined;
}

function requireSame(file: string, settings: ScanRecord['settings']): void {
  const there = readRecord(file)?.settings;
  if (there === undefined) return;
  for (const key of [...new Set([...Object.keys(there), ...Object.keys(settings)])].sort()) {
    if (key === HEAT_MAP && (there[key] === undefined || settings[key] === undefined)) continue;
    const [old, wanted] = [there, settings].map((each) => JSON.stringify(each[key]) ?? 'none');
    if (old !== wanted) throw refusal(file, `marks of ${key} ${old}`, `${key} ${wanted}`);
  }
}

function refusal(file: string, there: string, wanted: string): InputError {
  return new InputError(
    file,
    `holds ${there}, this command would write ${wanted}; use --force to compute all named scans again, or another --out`,
  );
}

/** Undefined for none, and for what is no record of ours: a scan's results are then written anew. */
function readRecord(file: string): ScanRecord | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const record = readJson(file, 'marks of a scan');
    const marks = record
      .at('marks')
      .list()
      .map((mark) => ({
        ...{ x: mark.at('x').number(), y: mark.at('y').number(), z: mark.at('z').number() },
        probability: mark.at('probability').number(0, 1),
        networkProbability: mark.at('networkProbability').number(0, 1),
        diameterMm: mark.at('diameterMm').value === null ? null : mark.at('diameterMm').number(0),
      }));
    const files = record.at('files').texts();
    const [scan, sha256] = ['scan', 'sha256'].map((key) => record.at(key).text());
    return { scan: scan!, sha256: sha256!, settings: record.at('settings').object(), files, marks };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

export function marksOf({ uid }: ScanFile, { marks }: Pick<ScanPrediction, 'marks'>): ScanMarks {
  const rounded = (value: number): number => Math.round(100 * value) / 100;
  return {
    scan: uid,
    marks: marks.map(({ centerWorldMm: [x, y, z], probability, networkProbability, diameterMm }) => ({
      ...{ x: rounded(x), y: rounded(y), z: rounded(z), probability, networkProbability },
      diameterMm: diameterMm === undefined ? null : rounded(diameterMm),
    })),
  };
}

/** Ranked by what the network says. */
export function submissionOf(scans: readonly ScanMarks[]): string {
  return predictionTable(
    scans.flatMap(({ scan, marks }) =>
      marks.map(({ x, y, z, networkProbability }) => ({
        ...{ seriesUid: scan, centerWorldMm: [x, y, z] as const, class: 0, probability: networkProbability },
      })),
    ),
  );
}
