import {
  deviceKey,
  deviceLabeller,
  type GpuLog,
  type GpuRecord,
  type GpuSample,
} from '../gpu/records/gpuRecord.js';
import type { HostUse } from '../gpu/records/hostUse.js';
import { SampleClocks, type TimedSample } from '../gpu/records/sampleClock.js';
import { type GpuSummary, LogTally } from '../gpu/summary.js';
import { ThinnedTracks, type TrackColumn } from './charts/thinnedTracks.js';

/** A process on a device: the most memory that it had there. */
export interface ProcessMemory {
  readonly name: string;
  readonly peakMiB: number;
}

/** One device of a host, by the numbers of its tracks. */
export interface DeviceOverTime {
  readonly label: string;
  readonly used: boolean;
  /** Numbers of its tracks. */
  readonly utilization: number;
  readonly memory: number;
  readonly peakMemoryMiB: number | null;
  readonly memoryTotalMiB: number | null;
  readonly processes: readonly ProcessMemory[];
}

/** What our own recorder says of a host, as tracks. */
export type HostTrack = 'cpuPercent' | 'diskReadMBPerSecond' | 'step' | 'stepMilliseconds' | 'waitShare';

const HOST_TRACKS = ['cpuPercent', 'diskReadMBPerSecond', 'step', 'stepMilliseconds', 'waitShare'] as const;

/** One host: each has a clock of its own. */
export interface HostOverTime {
  readonly host: string | null;
  readonly devices: readonly DeviceOverTime[];
  /** Numbers of the tracks that have values. */
  readonly tracks: Readonly<Partial<Record<HostTrack, number>>>;
  /** In milliseconds as millisecondsOf(), or in samples, from 1. */
  readonly columns: readonly TrackColumn[];
}

/** A log as figures draw it: of bounded size, however long it is. */
export interface UseOverTime {
  /** Whether the log has times. */
  readonly timed: boolean;
  readonly hosts: readonly HostOverTime[];
  readonly summary: GpuSummary;
}

/**
 * Gathers a log that is in memory.
 * @example
 * const use = useOverTime(await readGpuLog(inRepository('data/gpustat/k80x8_2018.txt')));
 * use.hosts.map(({ devices }) => devices.length) //=> [ 8 ]
 */
export function useOverTime({ samples }: Pick<GpuLog, 'samples'>): UseOverTime {
  const gathered = new UseGathering();
  for (const sample of samples) gathered.add(sample);
  return gathered.end();
}

/**
 * As useOverTime, of samples that come one by one: memory does not grow with the log.
 * @example
 * const log = openGpuLog(inRepository('data/gpustat/k80x8_2018.txt'));
 * display(gpuUtilizationFigure(await useOverTimeOf(log.samples)));
 */
export async function useOverTimeOf(samples: AsyncIterable<GpuSample>): Promise<UseOverTime> {
  const gathered = new UseGathering();
  for await (const sample of samples) gathered.add(sample);
  return gathered.end();
}

/** Gathers a log sample by sample. */
export class UseGathering {
  private readonly tally = new LogTally();
  private readonly hosts = new Map<string | null, HostGathering>();
  private timed = true;
  private readonly clocks = new SampleClocks((timed) => this.addTimed(timed));

  add(sample: GpuSample): void {
    this.tally.add(sample);
    this.clocks.add(sample);
  }

  /** No sample may follow. */
  end(): UseOverTime {
    this.clocks.end();
    const summary = this.tally.summary();
    const labelOf = deviceLabeller(summary.devices);
    const used = new Set(summary.devices.filter((device) => device.used).map(deviceKey));
    return {
      timed: this.timed,
      hosts: [...this.hosts.values()].map((host) => host.end(labelOf, used)),
      summary,
    };
  }

  private addTimed(timed: TimedSample): void {
    if (timed.timeMs === null) this.timed = false;
    const { host } = timed.sample;
    const own = this.hosts.get(host) ?? new HostGathering(host);
    this.hosts.set(host, own);
    own.add(timed);
  }
}

interface Device {
  readonly record: GpuRecord;
  readonly utilization: number;
  peakMemoryMiB: number | null;
  memoryTotalMiB: number | null;
  readonly processes: Map<string, number>;
}

class HostGathering {
  private readonly tracks = new ThinnedTracks();
  private readonly devices = new Map<string, Device>();
  private readonly hostTracks = new Map<HostTrack, number>();
  private trackCount = 0;
  private samples = 0;

  constructor(private readonly host: string | null) {}

  add({ sample, timeMs, holdsMs, endsInGap }: TimedSample): void {
    this.samples++;
    const values: (number | undefined)[] = Array(this.trackCount).fill(undefined);
    for (const record of sample.devices) this.addDevice(record, values);
    if (sample.use !== undefined) this.addHost(sample.use, values);
    const from = timeMs ?? this.samples;
    this.tracks.add(from, from + (timeMs === null ? 1 : holdsMs), values, endsInGap);
  }

  end(labelOf: (record: GpuRecord) => string, used: ReadonlySet<string>): HostOverTime {
    const devices = [...this.devices.values()].sort((a, b) => (a.record.index ?? 0) - (b.record.index ?? 0));
    return {
      host: this.host,
      devices: devices.map(({ record, utilization, processes, peakMemoryMiB, memoryTotalMiB }) => ({
        label: labelOf(record),
        used: used.has(deviceKey(record)),
        ...{ utilization, memory: utilization + 1, peakMemoryMiB, memoryTotalMiB },
        processes: [...processes]
          .map(([name, peakMiB]) => ({ name, peakMiB }))
          .sort((a, b) => b.peakMiB - a.peakMiB),
      })),
      tracks: Object.fromEntries(this.hostTracks),
      columns: this.tracks.columns(),
    };
  }

  private addDevice(record: GpuRecord, values: (number | undefined)[]): void {
    const device = this.deviceOf(record);
    const { utilizationPercent, memoryUsedMiB, memoryTotalMiB, processes } = record;
    if (utilizationPercent !== null) values[device.utilization] = utilizationPercent;
    if (memoryUsedMiB !== null) {
      values[device.utilization + 1] = memoryUsedMiB;
      device.peakMemoryMiB = Math.max(device.peakMemoryMiB ?? 0, memoryUsedMiB);
    }
    device.memoryTotalMiB = memoryTotalMiB ?? device.memoryTotalMiB;
    for (const { user, command, pid, memoryMiB } of processes ?? []) {
      if (memoryMiB === null) continue;
      const name = [user, command, pid].filter((part) => part !== null).join(' ');
      device.processes.set(name, Math.max(device.processes.get(name) ?? 0, memoryMiB));
    }
  }

  private addHost(use: HostUse, values: (number | undefined)[]): void {
    for (const name of HOST_TRACKS) {
      const value = use[name];
      if (value === null) continue;
      const track = this.hostTracks.get(name) ?? this.trackCount++;
      this.hostTracks.set(name, track);
      values[track] = value;
    }
  }

  private deviceOf(record: GpuRecord): Device {
    const key = deviceKey(record);
    const known = this.devices.get(key);
    if (known !== undefined) return known;
    const utilization = this.trackCount;
    this.trackCount += 2;
    const device = { record, utilization, peakMemoryMiB: null, memoryTotalMiB: null, processes: new Map() };
    this.devices.set(key, device);
    return device;
  }
}
