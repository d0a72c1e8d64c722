import { existsSync } from 'node:fs';
import { InputError, throwIfAborted } from '../errors.js';
import { given } from '../given.js';
import { openPatchFile } from '../store/patchFile.js';
import type { PatchProvenance } from '../store/patchFileContract.js';
import { hashOfScan } from '../volumes/readVolume.js';
import type { CropJob } from './cropJob.js';
import { countsOf } from './cutScan.js';

/** What a finished file of the same settings and scans holds. */
export interface ExistingPatchFile {
  readonly file: string;
  readonly rows: number;
  readonly byClass: Readonly<Record<string, number>>;
  readonly bySubset: Readonly<Record<string, number>>;
  readonly outside: readonly { readonly uid: string; readonly line: number }[];
  readonly resampled?: NonNullable<PatchProvenance['resampled']>;
}

/**
 * The file that stands where the job would write, if it is what the job would write; undefined where there is none, or
 * where one lacks scans that could not be read (they may have been mended). Throws InputError for any other file.
 */
export async function comparePatchFile(
  job: CropJob,
  signal?: AbortSignal,
): Promise<ExistingPatchFile | undefined> {
  if (!existsSync(job.file)) return undefined;
  const patches = await openPatchFile(job.file);
  try {
    const { provenance } = patches;
    if (provenance === undefined) throw refusal(job.file, 'patches that voxlab did not cut', 'its own');
    const difference = differingSettings(provenance, job);
    if (difference !== undefined) throw refusal(job.file, ...difference);
    await compareScans(job, provenance, signal);
    if (Object.keys(provenance.failedScans ?? {}).length > 0) return undefined;
    const { classes, subsets } = patches.labels();
    return {
      file: job.file,
      rows: patches.rows,
      byClass: countsOf(classes),
      bySubset: countsOf(subsets),
      outside: job.work.flatMap(({ scan: { uid } }) =>
        (provenance.outside?.[uid] ?? []).map((line) => ({ uid, line })),
      ),
      ...given({ resampled: provenance.resampled }),
    };
  } finally {
    patches.close();
  }
}

function differingSettings(
  { settings }: PatchProvenance,
  job: CropJob,
): [there: string, wanted: string] | undefined {
  const keys = new Set([...Object.keys(settings), ...Object.keys(job.settings)]);
  for (const key of [...keys].sort()) {
    const [there, wanted] = [settings[key], job.settings[key]].map(
      (value) => JSON.stringify(value) ?? 'none',
    );
    if (there !== wanted) return [`patches of ${key} ${there}`, `${key} ${wanted}`];
  }
  return undefined;
}

/** Every scan of the job stands in the file with the hash that it has now, or failed when the file was made. */
async function compareScans(job: CropJob, there: PatchProvenance, signal?: AbortSignal): Promise<void> {
  const known = { ...there.failedScans, ...there.scans };
  const wanted = new Set(job.work.map(({ scan }) => scan.uid));
  const extra = Object.keys(known).find((uid) => !wanted.has(uid));
  if (extra !== undefined) throw refusal(job.file, `patches of scan ${extra}`, 'other scans');
  const missing = [...wanted].find((uid) => !(uid in known));
  if (missing !== undefined) throw refusal(job.file, `no patches of scan ${missing}`, 'them');
  for (const { scan } of job.work) {
    throwIfAborted(signal, 'comparing the scans with those of the patch file');
    const hash = there.scans[scan.uid];
    if (hash !== undefined && hash !== (await hashOfScan(scan, job.reading)))
      throw refusal(job.file, `patches of another version of ${scan.path}`, 'those of the present one');
  }
}

function refusal(file: string, there: string, wanted: string): InputError {
  return new InputError(
    file,
    `holds ${there}, this command would write ${wanted}; use --force to replace the file, or another --out`,
  );
}
