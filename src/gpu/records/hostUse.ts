/** What a host did beside its GPUs, and the run that is recorded; null = not known. */
export interface HostUse {
  /** Of all its cores, since the sample before. */
  readonly cpuPercent: number | null;
  /** Resident memory of the process that is watched. */
  readonly processMemoryMiB: number | null;
  /** Read from its disks since the sample before, in 10^6 bytes a second. */
  readonly diskReadMBPerSecond: number | null;
  /** The run's last step. */
  readonly step: number | null;
  /** Mean time of a step since the sample before. */
  readonly stepMilliseconds: number | null;
  /** Share of that time in which steps waited for their batch. */
  readonly waitShare: number | null;
}

/** A line of it in a log of JSON lines. */
export interface HostRecord extends HostUse {
  readonly time: string | null;
  readonly host: string | null;
}
