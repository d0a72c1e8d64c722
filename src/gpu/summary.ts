import type { GpuLog, GpuRecord } from './gpuRecord.js';

export interface DeviceSummary {
  readonly index: number;
  readonly name: string | null;
  /** Mean utilisation; null where no sample says it. */
  readonly meanPercent: number | null;
  /** Share of samples at 0 %. */
  readonly idleShare: number | null;
  readonly peakMemoryMiB: number | null;
  /** Utilisation or memory was above zero at least once. */
  readonly used: boolean;
}

export interface GpuSummary {
  readonly samples: number;
  readonly firstTime: string;
  readonly lastTime: string;
  readonly devices: readonly DeviceSummary[];
  /** Over the devices that were ever used. */
  readonly meanPercent: number | null;
  readonly idleShare: number | null;
}

/** Use of each device and of all that were ever used; unknown values (null) count in no mean. */
export function summariseGpuLog({ samples }: GpuLog): GpuSummary {
  const records = samples.flatMap(({ devices }) => devices);
  const indexes = [...new Set(records.map(({ index }) => index))].sort((a, b) => a - b);
  const devices = indexes.map((index) => deviceSummary(records.filter((record) => record.index === index)));
  const used = new Set(devices.filter((device) => device.used).map(({ index }) => index));
  return {
    samples: samples.length,
    firstTime: samples[0]!.time,
    lastTime: samples.at(-1)!.time,
    devices,
    ...loadOf(records.filter(({ index }) => used.has(index))),
  };
}

function deviceSummary(records: readonly GpuRecord[]): DeviceSummary {
  const memory = records.flatMap(({ memoryUsedMiB }) => memoryUsedMiB ?? []);
  return {
    index: records[0]!.index,
    name: records[0]!.name,
    ...loadOf(records),
    peakMemoryMiB: memory.length === 0 ? null : Math.max(...memory),
    used: records.some(
      ({ utilizationPercent, memoryUsedMiB }) => (utilizationPercent ?? 0) > 0 || (memoryUsedMiB ?? 0) > 0,
    ),
  };
}

function loadOf(records: readonly GpuRecord[]): { meanPercent: number | null; idleShare: number | null } {
  const percents = records.flatMap(({ utilizationPercent }) => utilizationPercent ?? []);
  if (percents.length === 0) return { meanPercent: null, idleShare: null };
  return {
    meanPercent: percents.reduce((sum, value) => sum + value, 0) / percents.length,
    idleShare: percents.filter((value) => value === 0).length / percents.length,
  };
}
