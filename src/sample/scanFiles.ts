import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sumOfFile } from '../fileSum.js';
import { metaImageRawPath, writeMetaImage } from '../volumes/metaImage/metaImageWriter.js';
import { paintScan } from './paintScan.js';
import type { FileSums } from './sampleManifest.js';
import { type ScanTables, tablesOf } from './sampleTables.js';
import { planScan, type SampleSettings, seriesUid } from './scanPlan.js';

/** One scan of a set; plain data, so that it can go to a worker thread. */
export interface ScanTask {
  readonly folder: string;
  readonly settings: SampleSettings;
  readonly index: number;
  /** Files of the set that are whole. */
  readonly known: FileSums;
}

export interface ScanResult {
  readonly index: number;
  readonly tables: ScanTables;
  readonly files: FileSums;
  /** False when the scan was there already. */
  readonly painted: boolean;
}

/** Writes `subset<k>/<uid>.mhd` and `.raw`, unless both are whole. */
export function makeScan({ folder, settings, index, known }: ScanTask): ScanResult {
  const plan = planScan(settings, index);
  const names = scanFileNames(settings, index);
  const painted = !names.every((name) => Object.hasOwn(known, name));
  if (painted) {
    const path = join(folder, names[0]);
    // An old header goes first, so that it never describes new voxels.
    rmSync(path, { force: true });
    writeMetaImage(path, paintScan(plan));
  }
  const files = names.map((name) => [name, painted ? sumOfFile(join(folder, name)) : known[name]]);
  return { index, tables: tablesOf(plan), files: Object.fromEntries(files), painted };
}

/** Header and voxels, below the set's folder. */
export function scanFileNames(settings: SampleSettings, index: number): readonly [string, string] {
  const header = `subset${index % 10}/${seriesUid(settings, index)}.mhd`;
  return [header, metaImageRawPath(header)];
}
