import { deviceKey, type GpuLog, type GpuRecord, type GpuSample } from './gpuRecord.js';
import { millisecondsOf } from './timeAxis.js';

/** A driver holds some megabytes of a GPU that nobody uses: 4 to 103 MiB were seen. */
const DRIVERS_OWN_MIB = 256;

export interface DeviceSummary {
  readonly host: string | null;
  readonly index: number | null;
  readonly uuid: string | null;
  readonly name: string | null;
  /** Mean utilisation; null where no sample says it. */
  readonly meanPercent: number | null;
  /** Share of samples at 0 %. */
  readonly idleShare: number | null;
  readonly peakMemoryMiB: number | null;
  /** Utilisation was ever above zero, or a process was listed, or memory was above what a driver holds. */
  readonly used: boolean;
}

export interface GpuSummary {
  readonly samples: number;
  /** Null where the log has no times. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** By host and index. */
  readonly devices: readonly DeviceSummary[];
  /** Over the devices that were ever used. */
  readonly meanPercent: number | null;
  readonly idleShare: number | null;
}

/** Use of each device and of all that were ever used; unknown values (null) count in no mean. */
export function summariseGpuLog({ samples }: GpuLog): GpuSummary {
  const tally = new LogTally();
  for (const sample of samples) tally.add(sample);
  return tally.summary();
}

/** As summariseGpuLog, of samples that come one by one: memory does not grow with the log. */
export async function summariseGpuSamples(samples: AsyncIterable<GpuSample>): Promise<GpuSummary> {
  const tally = new LogTally();
  for await (const sample of samples) tally.add(sample);
  return tally.summary();
}

class LogTally {
  private samples = 0;
  private readonly devices = new Map<string, DeviceTally>();
  private readonly span = new TimeSpan();

  add({ time, devices }: GpuSample): void {
    this.samples++;
    if (time !== null) this.span.add(time);
    for (const record of devices) this.deviceOf(record).add(record);
  }

  summary(): GpuSummary {
    const tallies = [...this.devices.values()].sort(byHostAndIndex);
    const used = tallies.filter((tally) => tally.used);
    return {
      samples: this.samples,
      firstTime: this.span.first,
      lastTime: this.span.last,
      devices: tallies.map((tally) => tally.summary()),
      ...loadOf(used),
    };
  }

  private deviceOf(record: GpuRecord): DeviceTally {
    const key = deviceKey(record);
    const known = this.devices.get(key);
    if (known !== undefined) return known;
    const tally = new DeviceTally(record);
    this.devices.set(key, tally);
    return tally;
  }
}

class DeviceTally {
  known = 0;
  sumPercent = 0;
  atZero = 0;
  used = false;
  private name: string | null = null;
  private peakMemoryMiB: number | null = null;

  constructor(readonly record: GpuRecord) {}

  add({ utilizationPercent, memoryUsedMiB, processes, name }: GpuRecord): void {
    this.name ??= name;
    if (utilizationPercent !== null) {
      this.known++;
      this.sumPercent += utilizationPercent;
      if (utilizationPercent === 0) this.atZero++;
    }
    if (memoryUsedMiB !== null) this.peakMemoryMiB = Math.max(this.peakMemoryMiB ?? 0, memoryUsedMiB);
    this.used ||=
      (utilizationPercent ?? 0) > 0 || (processes?.length ?? 0) > 0 || (memoryUsedMiB ?? 0) > DRIVERS_OWN_MIB;
  }

  summary(): DeviceSummary {
    const { host, index, uuid } = this.record;
    const { name, peakMemoryMiB, used } = this;
    return { host, index, uuid, name, ...loadOf([this]), peakMemoryMiB, used };
  }
}

/** The earliest and the latest time; logs of several hosts in one file go back in time. */
class TimeSpan {
  first: string | null = null;
  last: string | null = null;
  private firstMs = Number.POSITIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;

  add(time: string): void {
    if (time === this.last) return;
    const milliseconds = millisecondsOf(time);
    if (milliseconds < this.firstMs) [this.first, this.firstMs] = [time, milliseconds];
    if (milliseconds > this.lastMs) [this.last, this.lastMs] = [time, milliseconds];
  }
}

function loadOf(tallies: readonly DeviceTally[]): { meanPercent: number | null; idleShare: number | null } {
  const total = (value: (tally: DeviceTally) => number): number =>
    tallies.reduce((sum, tally) => sum + value(tally), 0);
  const known = total((tally) => tally.known);
  if (known === 0) return { meanPercent: null, idleShare: null };
  return {
    meanPercent: total(({ sumPercent }) => sumPercent) / known,
    idleShare: total(({ atZero }) => atZero) / known,
  };
}

function byHostAndIndex({ record: a }: DeviceTally, { record: b }: DeviceTally): number {
  const hosts = (a.host ?? '').localeCompare(b.host ?? '', 'en');
  return hosts || (a.index ?? 0) - (b.index ?? 0) || (a.uuid ?? '').localeCompare(b.uuid ?? '', 'en');
}
