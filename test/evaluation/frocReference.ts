import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type FrocRow, type FrocTables, writeFrocTables } from '../../bench/frocTables.js';
import { readAnnotations } from '../../src/candidates/annotations.js';
import { readSeriesUids } from '../../src/candidates/seriesUids.js';
import { inRepository } from '../../src/paths.js';
import { bootstrapRandom } from '../../src/scores/frocBootstrap.js';
import { drawScans } from '../../src/scores/rocBootstrap.js';
import { PYTHON } from '../python.js';

/** What the independent program prints; `null` stands for a value that is not a number. */
export interface FrocReference {
  readonly cpm: number;
  readonly sensitivities: readonly number[];
  readonly rates: readonly number[];
  readonly curve: readonly number[];
  readonly thresholds: readonly number[];
  readonly samples: number;
  /** Mean, lower, upper. */
  readonly bootstrapCpm: readonly number[];
  readonly bootstrapSensitivities: readonly (readonly number[])[];
  readonly bootstrapCurve: readonly (readonly number[])[];
}

/** Scores by test/fixtures/scores/froc.py, with the scans that our bootstrap of this seed draws. */
export function frocReference(
  { annotations, excluded, seriesUids }: FrocTables,
  submission: string,
  samples: number,
  seed = 0,
): FrocReference {
  const random = bootstrapRandom(seed);
  const scans = readSeriesUids(seriesUids).length;
  const drawn = Array.from({ length: samples }, () => Array.from(drawScans(random, scans)));
  const indices = `${submission}.drawn.json`;
  writeFileSync(indices, JSON.stringify(drawn));
  const program = inRepository('test', 'fixtures', 'scores', 'froc.py');
  const run = spawnSync(PYTHON, [program, annotations, excluded, seriesUids, submission, indices], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (run.status !== 0) throw new Error(`froc.py failed (exit ${run.status}): ${run.stderr || run.error}`);
  return JSON.parse(run.stdout) as FrocReference;
}

const OFFICIAL = inRepository('..', 'shared', 'data', 'luna16');

/** LUNA16's own tables where they are, else drawn ones of the same size. `folder` is the test's own, and goes with it. */
export function lunaTables(t: TestContext): FrocTables & {
  readonly folder: string;
  readonly nodules: readonly FrocRow[];
  readonly ignored: readonly FrocRow[];
  readonly uids: readonly string[];
} {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-froc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const tables = existsSync(OFFICIAL)
    ? {
        annotations: join(OFFICIAL, 'annotations.csv'),
        excluded: join(OFFICIAL, 'annotations_excluded.csv'),
        seriesUids: join(OFFICIAL, 'seriesuids.csv'),
      }
    : writeFrocTables(folder);
  const rowsOf = (file: string): FrocRow[] =>
    readAnnotations(file).map(({ seriesUid, centerWorldMm, diameterMm }) => [
      seriesUid,
      ...centerWorldMm,
      diameterMm,
    ]);
  const uids = readFileSync(tables.seriesUids, 'utf8').trim().split('\n');
  return { ...tables, folder, nodules: rowsOf(tables.annotations), ignored: rowsOf(tables.excluded), uids };
}
