import { patchGeometry } from '../patches/patchGrid.js';
import type { PatchFormat } from '../store/patchFileContract.js';
import type { Matrix3, Volume } from '../volumes/voxels/volume.js';

/** A patch as the viewer takes it: a row of a patch file, or what a cutter wrote. */
export interface ViewedPatch {
  /** Hounsfield units, z, y, x; dim * dim * slices of them. */
  readonly dataHu: Int16Array;
  readonly format: Pick<PatchFormat, 'dim' | 'slices' | 'spacingMm'>;
  /** Of the scan that it was cut from: with it the planes have their letters. Patch files do not keep it. */
  readonly direction?: Matrix3;
}

/** A scan or a patch as a volume, and whether its axes are known to be the patient's. */
export function viewedVolume(viewed: Volume | ViewedPatch): {
  readonly volume: Volume;
  readonly oriented: boolean;
} {
  return 'dataHu' in viewed
    ? { volume: volumeOfPatch(viewed), oriented: viewed.direction !== undefined }
    : { volume: viewed, oriented: true };
}

/** The patch as a small scan whose middle voxel, the candidate, lies at 0, 0, 0 mm. */
export function volumeOfPatch({ dataHu, format, direction }: ViewedPatch): Volume {
  return { data: dataHu, ...patchGeometry(format, direction) };
}
