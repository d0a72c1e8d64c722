import { given } from '../given.js';
import { withoutPlaces } from '../sharedPath.js';
import type { Normalisation } from '../store/intensity.js';
import type { PatchColumns, PatchFormat, PatchProvenance } from '../store/patchFileContract.js';
import { VERSION } from '../version.js';
import type { CropJob } from './cropJob.js';
import type { CropOptions } from './cropOptions.js';
import type { CutScans } from './cutScan.js';
import { type CutScan, resampledOf } from './cutScan.js';

/** What a patch file holds beside its rows. */
export interface PatchHeader {
  readonly format: PatchFormat;
  readonly provenance: PatchProvenance;
  readonly columns: PatchColumns;
}

/** What a crop says of itself in its file. */
export const PROGRAM = `voxlab ${VERSION}`;

export function patchHeader(
  job: CropJob,
  { cut, failed }: CutScans,
  normalisation: Normalisation | undefined,
  { scansFolder }: Pick<CropOptions, 'scansFolder'>,
): PatchHeader {
  // Where the scans lie does not change the file, and is nobody's business who reads it.
  const reasons = failed.map(({ uid, reason }) => [uid, withoutPlaces(reason, scansFolder)]);
  const outside = cut.filter(({ outsideLines }) => outsideLines.length > 0);
  return {
    format: { ...job.format, ...given({ normalisation }) },
    provenance: {
      program: PROGRAM,
      settings: job.settings,
      scans: Object.fromEntries(cut.map(({ uid, sha256 }) => [uid, sha256])),
      ...(failed.length === 0 ? {} : { failedScans: Object.fromEntries(reasons) }),
      ...(outside.length === 0
        ? {}
        : { outside: Object.fromEntries(outside.map(({ uid, outsideLines }) => [uid, outsideLines])) }),
      ...resampledOf(cut),
    },
    columns: columnsOf(cut, job.lungMask),
  };
}

/**
 * As long as the header of a job whose scans can all be read, with all candidates inside: what only the scans can tell is
 * made up. So the place of the rows is known before the first scan is read.
 */
export function expectedHeader(job: CropJob): PatchHeader {
  const cut = job.work.map(
    ({ scan: { uid, subset }, candidates }): CutScan => ({
      uid,
      subset,
      sha256: '0'.repeat(64),
      rows: candidates.map(({ line }) => ({ line, class: 0, notrainReason: 0, centerWorldMm: [0, 0, 0] })),
      checksum: 0,
      outsideLines: [],
    }),
  );
  const { normalise } = job;
  const normalisation = normalise === undefined ? undefined : { kind: normalise.kind, lowHu: 0, highHu: 1 };
  return patchHeader(job, { cut, failed: [] }, normalisation, { scansFolder: '' });
}

function columnsOf(cut: readonly CutScan[], lungMask: boolean): PatchColumns {
  const rows = cut.flatMap((scan) => scan.rows.map((row) => ({ ...row, scan })));
  return {
    classes: rows.map((row) => row.class),
    notrain: rows.map(({ notrainReason }) => (notrainReason === 0 ? 0 : 1)),
    notrainReason: rows.map(({ notrainReason }) => notrainReason),
    centerWorldMm: rows.map(({ centerWorldMm }) => centerWorldMm),
    seriesUid: rows.map(({ scan }) => scan.uid),
    subsets: rows.map(({ scan }) => scan.subset),
    ...(lungMask ? { inLung: rows.map(({ inLung }) => inLung ?? 0) } : {}),
  };
}
