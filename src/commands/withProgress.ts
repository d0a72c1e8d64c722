import { type Progress, type ProgressLine, progressLine } from '../progress.js';
import { withInterrupt } from './options.js';

/** What long work is told by, and tells. */
export interface Watch {
  /** Ctrl-C, SIGTERM or SIGHUP aborts it. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Work whose progress is a line on stderr, and that Ctrl-C stops. */
export async function withProgress<T>(work: (watch: Watch, line: ProgressLine) => Promise<T>): Promise<T> {
  const line = progressLine();
  const onProgress = (progress: Progress): void => line.update(progress);
  return withInterrupt((signal) => work({ signal, onProgress }, line)).finally(() => line.end());
}
