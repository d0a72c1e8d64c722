import type { Vector3 } from '../volumes/volume.js';

/** A place in a scan that may be a nodule. */
export interface Candidate {
  readonly seriesUid: string;
  readonly centerWorldMm: Vector3;
  /** 1 nodule, 0 not. */
  readonly class: 0 | 1;
  /** Line of the table, from 1; the header is line 1. */
  readonly line: number;
}
