import type { Vector3 } from '../volumes/voxels/volume.js';

/** A place in a scan that may be a nodule. */
export interface Candidate extends CandidateRow {
  /** LPS. */
  readonly centerWorldMm: Vector3;
}

/** A candidate of a table that counts voxels: its world position follows from its scan's geometry. */
export interface VoxelCandidate extends CandidateRow {
  /** Index on the scan's own grid, x, y, z from 0; may be fractional. */
  readonly centerVoxel: Vector3;
}

/** What a table says of a candidate beside its place. */
interface CandidateRow {
  readonly seriesUid: string;
  /** 1 nodule, 0 not. */
  readonly class: 0 | 1;
  /** Line of the table, from 1; the header is line 1. */
  readonly line: number;
}
