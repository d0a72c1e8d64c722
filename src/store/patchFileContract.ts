import type { Resampling } from '../volumes/dicom/dicomGrid.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import type { Normalisation } from './intensity.js';

/** How patches were cut: attributes of the dataset `input`, and what decides the length of a row. */
export interface PatchFormat {
  /** Voxels along x and along y. */
  readonly dim: number;
  /** Voxels along z. */
  readonly slices: number;
  readonly spacingMm: Vector3;
  readonly interpolation: 'linear' | 'cubic';
  /** How training is to scale the rows, which are HU; attributes `normalisation` and `normalisationHu`. */
  readonly normalisation?: Normalisation;
}

/** Voxels of a patch, and of a row. */
export function voxelsPerPatch({ dim, slices }: Pick<PatchFormat, 'dim' | 'slices'>): number {
  return dim * dim * slices;
}

/** Root attributes: what the rows came from. Keys are sorted when written, so that the same input gives the same bytes. */
export interface PatchProvenance {
  readonly program: string;
  /** Settings that determine the result; no workers, paths, time or user. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Series uid -> sha256 of its file. */
  readonly scans: Readonly<Record<string, string>>;
  /** Series uid -> reason. */
  readonly failedScans?: Readonly<Record<string, string>>;
  /** Series uid -> lines of the table whose candidate lies outside the scan and has no row. */
  readonly outside?: Readonly<Record<string, readonly number[]>>;
  /** Series uid -> what was done to its slices, which made no straight, even grid. */
  readonly resampled?: Readonly<Record<string, Resampling>>;
}

/** The columns beside `input`, one value a row, in row order. */
export interface PatchColumns {
  /** Dataset `output`: 1 nodule, 0 not. */
  readonly classes: readonly number[];
  /** Dataset `notrain`: 1 = leave out of training. */
  readonly notrain: readonly number[];
  /** Dataset `notrain_reason`: 0 none, 1 near a positive, 2 near an excluded finding. */
  readonly notrainReason: readonly number[];
  /** Dataset `centroid`. */
  readonly centerWorldMm: readonly Vector3[];
  /** Dataset `uuid`: the series uid. */
  readonly seriesUid: readonly string[];
  /** Dataset `subsets`; -1 = the scan lies in no subset folder. */
  readonly subsets: readonly number[];
  /** Dataset `in_lung`: whether the centre lies in the lung mask; there is a dataset `mask` beside it. */
  readonly inLung?: readonly number[];
}
