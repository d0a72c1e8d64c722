import type { HostUse } from './hostUse.js';

/** A process on a GPU, as far as the log names it. */
export interface GpuProcess {
  readonly user: string | null;
  readonly command: string | null;
  readonly pid: number | null;
  readonly memoryMiB: number | null;
}

/** One GPU at one time; null = the log does not say. `voxlab gpu convert` prints these as JSON lines. */
export interface GpuRecord {
  /** ISO 8601, local and without zone where the log has none; null where the log has no date or no clock. */
  readonly time: string | null;
  readonly host: string | null;
  /** Null where a table has no such column: then uuid tells devices apart. */
  readonly index: number | null;
  /** Where a table names the PCI bus alone, its address. */
  readonly uuid: string | null;
  readonly name: string | null;
  readonly utilizationPercent: number | null;
  readonly memoryUsedMiB: number | null;
  readonly memoryTotalMiB: number | null;
  readonly temperatureC: number | null;
  readonly powerW: number | null;
  /** Null where the log names no processes; empty where it says that there are none. */
  readonly processes: readonly GpuProcess[] | null;
}

/** All GPUs of a host at one time. */
export interface GpuSample {
  readonly time: string | null;
  readonly host: string | null;
  /** What our own recorder says of the host and its run. */
  readonly use?: HostUse;
  readonly devices: readonly GpuRecord[];
}

/** Why a line is no part of a sample. */
export interface IgnoredLine {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** A log that was read. */
export interface GpuLog {
  readonly samples: readonly GpuSample[];
  /** Lines that are no part of a sample, by number (from 1; the first thousand): reported, not skipped in silence. */
  readonly ignoredLines: readonly number[];
  /** The same with reasons. */
  readonly ignored?: readonly IgnoredLine[];
  /** All of them. */
  readonly ignoredCount?: number;
  /** As `text of gpustat`. */
  readonly format?: string;
}

/** Tells a host's devices apart: the uuid where the log has one, else the index. */
export function deviceKey({ host, uuid, index }: Pick<GpuRecord, 'host' | 'uuid' | 'index'>): string {
  return `${host ?? ''}\n${uuid ?? index ?? ''}`;
}

type DeviceName = Pick<GpuRecord, 'host' | 'uuid' | 'index'>;

/** `GPU 3`, with the host in front where `devices` are of several. */
export function deviceLabeller(devices: readonly DeviceName[]): (device: DeviceName) => string {
  const several = new Set(devices.map(({ host }) => host)).size > 1;
  return ({ host, index, uuid }) => `${several ? `${host ?? '?'} ` : ''}GPU ${index ?? uuid ?? '?'}`;
}
