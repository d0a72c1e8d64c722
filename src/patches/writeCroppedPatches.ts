import { dirname } from 'node:path';
import { requireDisk } from '../freeDisk.js';
import { measureNormalisation } from '../store/intensity.js';
import type { PatchColumns } from '../store/patchFileContract.js';
import { writePatchFile } from '../store/writePatchFile.js';
import type { CropOptions } from './cropOptions.js';
import type { CutScans } from './cutScan.js';
import { patchHeader } from './patchHeader.js';
import { bytesOfRows, OTHER_PLACE } from './rowBytes.js';
import { mostRowsOf, type StagedJob, stagedMasks, stagedRows } from './stagedRows.js';

/** Makes the patch file of a job from its staged rows; returns its columns. */
export async function writeCroppedPatches(
  staged: StagedJob,
  scans: CutScans,
  options: CropOptions,
): Promise<PatchColumns> {
  const { job } = staged;
  const { cut } = scans;
  const { normalise } = job;
  const normalisation =
    normalise === undefined
      ? undefined
      : await measureNormalisation(normalise, () => stagedRows(staged, cut, 'measure', options));
  const header = patchHeader(job, scans, normalisation, options);
  const { format, provenance, columns } = header;
  const rows = columns.classes.length;
  const tell = (done: number) => options.onProgress?.({ stage: 'write', done, total: rows, unit: 'rows' });
  tell(0);
  if (rows > 0 && rows === mostRowsOf(job) && (await staged.rows.become(header))) tell(rows);
  else {
    // Rows are missing, so that those behind them move up. They are copied: a run that is interrupted finds all of them.
    requireDisk(
      dirname(job.file),
      bytesOfRows(job, rows),
      `${rows} patches beside the staged ones: some candidates or scans have none`,
      OTHER_PLACE,
    );
    const masks = job.lungMask ? [stagedMasks(staged, cut, 'write masks', options)] : [];
    await writePatchFile(
      job.file,
      format,
      provenance,
      columns,
      stagedRows(staged, cut, 'write', options),
      ...masks,
    );
  }
  return columns;
}
