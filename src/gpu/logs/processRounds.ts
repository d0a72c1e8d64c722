import type { GpuProcess, GpuRecord } from '../records/gpuRecord.js';
import type { LogSink } from './logReader.js';
import { SampleGrouping } from './sampleGrouping.js';

/** Joins pmon's rows, one a process, to records, one a GPU. A round ends at a lower index, another time, or a process again. */
export class ProcessRounds {
  private readonly grouping: SampleGrouping;
  private open: GpuRecord | undefined;
  private processes: GpuProcess[] = [];

  constructor(sink: LogSink) {
    this.grouping = new SampleGrouping(sink);
  }

  /** `row` has one process, or none where the GPU has none. */
  add(row: GpuRecord): void {
    const process = row.processes?.[0];
    const more =
      this.open !== undefined &&
      process !== undefined &&
      this.processes.length > 0 &&
      this.open.index === row.index &&
      this.open.time === row.time &&
      !this.processes.some(({ pid }) => pid === process.pid);
    if (!more) this.closeRecord();
    this.open ??= row;
    if (process !== undefined) this.processes.push(process);
  }

  end(): void {
    this.closeRecord();
    this.grouping.end();
  }

  private closeRecord(): void {
    if (this.open !== undefined) this.grouping.add({ ...this.open, processes: this.processes });
    this.open = undefined;
    this.processes = [];
  }
}
