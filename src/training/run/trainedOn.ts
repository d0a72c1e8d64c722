import { InputError } from '../../errors.js';
import type { PatchFormat } from '../../store/patchFileContract.js';
import type { CheckpointMeta } from './checkpointMeta.js';
import { type DataIdentity, patchFormatOf } from './dataIdentity.js';

/** The data that a run was trained on. Throws InputError (naming `run`) for one of an earlier version, which does not say. */
export function trainedData({ data }: Pick<CheckpointMeta, 'data'>, run: string): DataIdentity {
  if (data !== undefined) return data;
  throw new InputError(
    run,
    'expected a run that says what patches it was trained on: it is of an earlier version',
  );
}

/**
 * The patches of a run that takes Hounsfield units; `who` else has them: "as scans have". Throws InputError as trainedData(), and
 * for a run that learned from other values.
 */
export function huPatchesOf(meta: CheckpointMeta, run: string, who: string): PatchFormat {
  const data = trainedData(meta, run);
  const { intensity } = meta.config;
  if (intensity !== 'hu')
    throw new InputError(run, `expected a run on Hounsfield units, ${who}, received INTENSITY ${intensity}`);
  return patchFormatOf(data, run);
}
