import type { PatchFormat } from '../store/patchFileContract.js';
import { IDENTITY_DIRECTION, multiply } from '../volumes/geometry.js';
import type { Matrix3, Volume } from '../volumes/volume.js';

/** A patch as the viewer takes it: a row of a patch file, or what a cutter wrote. */
export interface ViewedPatch {
  /** Hounsfield units, z, y, x; dim * dim * slices of them. */
  readonly dataHu: Int16Array;
  readonly format: Pick<PatchFormat, 'dim' | 'slices' | 'spacingMm'>;
  /** Of the scan that it was cut from: with it the planes have their letters. Patch files do not keep it. */
  readonly direction?: Matrix3;
}

export function isPatch(viewed: Volume | ViewedPatch): viewed is ViewedPatch {
  return 'dataHu' in viewed;
}

/** The patch as a small scan whose middle voxel (dim / 2, dim / 2, slices / 2: the candidate) lies at 0, 0, 0 mm. */
export function volumeOfPatch({ dataHu, format, direction = IDENTITY_DIRECTION }: ViewedPatch): Volume {
  const { dim, slices, spacingMm } = format;
  const [x, y, z] = multiply(direction, [
    Math.floor(dim / 2) * spacingMm[0],
    Math.floor(dim / 2) * spacingMm[1],
    Math.floor(slices / 2) * spacingMm[2],
  ]);
  return { data: dataHu, size: [dim, dim, slices], spacingMm, originMm: [-x, -y, -z], direction };
}
