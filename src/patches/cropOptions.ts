import type { Progress } from '../progress.js';
import type { CropRequest } from './cropJob.js';

/** What crop() cuts, and how. */
export interface CropOptions extends CropRequest {
  /** Threads; the bytes do not depend on it. Default: one a core. */
  readonly workers?: number;
  /** Stop at the first scan that cannot be read. */
  readonly strict?: boolean;
  /** Replace a file of other settings or scans, and cut everything anew. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Hears of each scan that is done. */
  readonly onProgress?: (progress: Progress) => void;
}
