import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../src/random.js';

/** LUNA16's tables, or some of its size. */
export interface FrocTables {
  readonly annotations: string;
  readonly excluded: string;
  readonly seriesUids: string;
}

/** A row of a table without its uid: x, y, z (mm), and a diameter (mm) or a score. */
export type FrocRow = readonly [uid: string, x: number, y: number, z: number, value: number];

/** As LUNA16's tables write numbers: ten significant digits. */
const DIGITS = 10;

/** Writes a table in LUNA16's form. */
export function writeRows(file: string, column: string, rows: readonly FrocRow[]): string {
  writeFileSync(file, `seriesuid,coordX,coordY,coordZ,${column}\n${rows.map(asLine).join('')}`);
  return file;
}

function asLine([uid, ...numbers]: FrocRow): string {
  return `${uid},${numbers.map((value) => Number(value.toPrecision(DIGITS))).join(',')}\n`;
}

/** Tables of LUNA16's size: 888 scans, 1186 nodules in 601 of them, 35,192 excluded findings, most of unknown size. */
export function writeFrocTables(folder: string): FrocTables & { readonly nodules: readonly FrocRow[] } {
  const random = createRandom('froc tables');
  const uids = Array.from({ length: 888 }, (_, scan) => `1.3.6.1.4.1.14519.5.2.1.${6_279_600 + scan}`);
  const place = (): readonly [number, number, number] => [
    random.between(-150, 150),
    random.between(-120, 120),
    random.between(-300, 0),
  ];
  const nodules = Array.from({ length: 1186 }, (_, i): FrocRow => {
    const scan = i < 601 ? i : random.integer(601);
    return [uids[scan]!, ...place(), random.between(3.5, 30)];
  });
  const excluded = Array.from({ length: 35_192 }, (): FrocRow => {
    const diameter = random.uniform() < 0.87 ? -1 : random.between(3, 30);
    return [uids[random.integer(888)]!, ...place(), diameter];
  });
  const seriesUids = join(folder, 'seriesuids.csv');
  writeFileSync(seriesUids, `${uids.join('\n')}\n`);
  return {
    annotations: writeRows(join(folder, 'annotations.csv'), 'diameter_mm', nodules),
    excluded: writeRows(join(folder, 'annotations_excluded.csv'), 'diameter_mm', excluded),
    seriesUids,
    nodules,
  };
}

/** A submission of `count` marks: nine nodules in ten are hit, by high scores; the others lie anywhere. */
export function submissionRows(
  nodules: readonly FrocRow[],
  uids: readonly string[],
  count: number,
): FrocRow[] {
  const random = createRandom(`froc submission ${count}`);
  const hits = nodules
    .filter(() => random.uniform() < 0.9)
    .map(([uid, x, y, z]): FrocRow => [uid, x + random.between(-1, 1), y, z, random.uniform() ** 0.3]);
  const others = Array.from({ length: Math.max(0, count - hits.length) }, (): FrocRow => {
    const place = [random.between(-150, 150), random.between(-120, 120), random.between(-300, 0)] as const;
    return [uids[random.integer(uids.length)]!, ...place, random.uniform() ** 3];
  });
  return random.shuffle([...hits, ...others].slice(0, count));
}
