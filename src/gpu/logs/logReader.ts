import type { GpuSample } from '../records/gpuRecord.js';

/** Receives what a reader makes of its lines. */
export interface LogSink {
  sample(sample: GpuSample): void;
  /** A line that is no part of a sample, and why. */
  ignore(line: number, reason: string): void;
}

/** Reads one format, line by line. It holds at most one sample, so that memory stays flat on a log of any size. */
export interface LogReader {
  /** A line is `text` from `from` up to `to`, without its end: a million lines a second are not copied. */
  line(text: string, from: number, to: number, number: number): void;
  /** The last line of a log that ends without a line end: its writer may have been cut off in the middle of a number. */
  lastLine(line: string, number: number): void;
  /** The log is over: what was begun is handed on, or ignored. */
  end(): void;
}

export const CUT_SHORT = 'cut short by the end of the log';
