import type { HostUse } from './records/hostUse.js';

/** What a host and its run did, of logs of our own recorder; null where no sample says it. */
export interface HostSummary {
  readonly host: string | null;
  readonly samples: number;
  readonly meanCpuPercent: number | null;
  readonly peakProcessMemoryMiB: number | null;
  readonly meanDiskReadMBPerSecond: number | null;
  /** The run's last step. */
  readonly lastStep: number | null;
  readonly meanStepMilliseconds: number | null;
  /** Share of the time of the run's steps in which they waited for their batch. */
  readonly waitShare: number | null;
}

export class HostTally {
  private samples = 0;
  private readonly cpu = new Mean();
  private readonly disk = new Mean();
  private readonly step = new Mean();
  private readonly wait = new Mean();
  private peakProcessMemoryMiB: number | null = null;
  private lastStep: number | null = null;

  constructor(readonly host: string | null) {}

  add(use: HostUse, holdsMs: number): void {
    this.samples++;
    this.cpu.add(use.cpuPercent, holdsMs);
    this.disk.add(use.diskReadMBPerSecond, holdsMs);
    this.step.add(use.stepMilliseconds, holdsMs);
    this.wait.add(use.waitShare, holdsMs);
    if (use.processMemoryMiB !== null)
      this.peakProcessMemoryMiB = Math.max(this.peakProcessMemoryMiB ?? 0, use.processMemoryMiB);
    this.lastStep = use.step ?? this.lastStep;
  }

  summary(): HostSummary {
    const { host, samples, peakProcessMemoryMiB, lastStep } = this;
    return {
      host,
      samples,
      meanCpuPercent: this.cpu.value,
      peakProcessMemoryMiB,
      meanDiskReadMBPerSecond: this.disk.value,
      lastStep,
      meanStepMilliseconds: this.step.value,
      waitShare: this.wait.value,
    };
  }
}

/** A mean of what is known, by the time that each value stands for. */
class Mean {
  private sum = 0;
  private weight = 0;

  add(value: number | null, weight: number): void {
    if (value === null) return;
    this.sum += value * weight;
    this.weight += weight;
  }

  get value(): number | null {
    return this.weight === 0 ? null : this.sum / this.weight;
  }
}
