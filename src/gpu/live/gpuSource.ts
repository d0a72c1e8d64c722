import type { GpuRecord } from '../records/gpuRecord.js';

/** What a device says now: a record without its place and time. */
export type DeviceReading = Omit<GpuRecord, 'time' | 'host'>;

/** Where the use of this machine's GPUs is read. */
export interface GpuSource {
  /** Such as `NVML`. */
  readonly name: string;
  /** Each device that says something new; never throws: what is wrong is told to `onTrouble`. */
  take(): readonly DeviceReading[];
  close(): void;
}

/** Hears what is wrong, once when it begins. */
export type OnTrouble = (text: string) => void;
