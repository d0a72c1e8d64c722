/** A process on a GPU, as far as the log names it. */
export interface GpuProcess {
  readonly user: string | null;
  readonly command: string | null;
  readonly pid: number | null;
  readonly memoryMiB: number | null;
}

/** One GPU at one time; null = the log does not say. `voxlab gpu convert` prints these as JSON lines. */
export interface GpuRecord {
  /** Local ISO 8601 without zone where the log has none. */
  readonly time: string;
  readonly host: string | null;
  readonly index: number;
  readonly uuid: string | null;
  readonly name: string | null;
  readonly utilizationPercent: number | null;
  readonly memoryUsedMiB: number | null;
  readonly memoryTotalMiB: number | null;
  readonly temperatureC: number | null;
  readonly powerW: number | null;
  readonly processes: readonly GpuProcess[] | null;
}

/** All GPUs of a host at one time. */
export interface GpuSample {
  readonly time: string;
  readonly host: string | null;
  readonly devices: readonly GpuRecord[];
}

/** A log that was read. */
export interface GpuLog {
  readonly samples: readonly GpuSample[];
  /** Lines that are no part of a sample, by number (from 1): reported, not skipped in silence. */
  readonly ignoredLines: readonly number[];
}
