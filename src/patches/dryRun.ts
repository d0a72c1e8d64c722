import { InputError, messageOf, throwIfAborted } from '../errors.js';
import { readGeometry } from '../volumes/readVolume.js';
import type { CropOptions, CropResult } from './crop.js';
import { prepareCrop } from './cropJob.js';
import { countsOf, type FailedScan } from './cutScan.js';
import { planScan } from './planScan.js';

/** What crop() would write, from the tables and the scans' geometry alone. */
export interface DryRun extends Omit<CropResult, 'status'> {
  readonly status: 'planned';
}

/** Plans without reading voxels or writing anything. Throws as crop() does for tables and scans. */
export async function dryRun(options: CropOptions): Promise<DryRun> {
  const job = prepareCrop(options);
  const classes: number[] = [];
  const subsets: number[] = [];
  const outside: { uid: string; line: number }[] = [];
  const failed: FailedScan[] = [];
  for (const [done, { scan, candidates, excluded }] of job.work.entries()) {
    throwIfAborted(options.signal, 'planning');
    options.onProgress?.({ stage: 'plan', done, total: job.work.length, unit: 'scans' });
    try {
      const plan = planScan(await readGeometry(scan.path, options.signal), candidates, excluded, job.format);
      for (const { candidate } of plan.patches) {
        classes.push(candidate.class);
        subsets.push(scan.subset);
      }
      outside.push(...plan.outside.map(({ line }) => ({ uid: scan.uid, line })));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.push({ uid: scan.uid, reason: messageOf(error) });
    }
  }
  return {
    file: job.file,
    status: 'planned',
    rows: classes.length,
    byClass: countsOf(classes),
    bySubset: countsOf(subsets),
    outside,
    failed,
    ignored: job.ignoredCandidates,
    scansWithoutCandidate: job.scansWithoutCandidate,
  };
}
