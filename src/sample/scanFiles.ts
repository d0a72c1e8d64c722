import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { metaImageRawPath, writeMetaImage } from '../volumes/metaImage/metaImageWriter.js';
import { paintScan } from './paintScan.js';
import { damagedFiles, type FileSums, sumOfFile } from './sampleManifest.js';
import { type ScanTables, tablesOf } from './sampleTables.js';
import { planScan, type SampleSettings, type ScanPlan } from './scanPlan.js';

/** One scan of a set; plain data, so that it can go to a worker thread. */
export interface ScanTask {
  readonly folder: string;
  readonly settings: SampleSettings;
  readonly index: number;
  /** Files that an earlier run finished. */
  readonly known: FileSums;
}

export interface ScanResult {
  readonly index: number;
  readonly tables: ScanTables;
  readonly files: FileSums;
  /** False when the scan was there already. */
  readonly painted: boolean;
}

/** Writes `subset<k>/<uid>.mhd` and `.raw`, unless they are there with the known sums. */
export function makeScan({ folder, settings, index, known }: ScanTask): ScanResult {
  const plan = planScan(settings, index);
  const names = scanFileNames(plan);
  const kept = Object.fromEntries(Object.entries(known).filter(([file]) => names.includes(file)));
  const whole = Object.keys(kept).length === names.length && damagedFiles(folder, kept).length === 0;
  if (!whole) writeScan(folder, names[0], plan);
  const files = whole ? kept : Object.fromEntries(names.map((name) => [name, sumOfFile(join(folder, name))]));
  return { index, tables: tablesOf(plan), files, painted: !whole };
}

/** Header and voxels, below the set's folder. */
function scanFileNames(plan: ScanPlan): readonly [string, string] {
  const header = `subset${plan.subset}/${plan.seriesUid}.mhd`;
  return [header, metaImageRawPath(header)];
}

/** An old header goes first, so that it never describes new voxels. */
function writeScan(folder: string, header: string, plan: ScanPlan): void {
  const path = join(folder, header);
  rmSync(path, { force: true });
  writeMetaImage(path, paintScan(plan));
}
