import { PercentCounts } from './percentCounts.js';
import type { GpuRecord } from './records/gpuRecord.js';
import type { TimedSample } from './records/sampleClock.js';

/** A driver holds some megabytes of a GPU that nobody uses: 4 to 103 MiB were seen. */
const DRIVERS_OWN_MIB = 256;
/** A device that is above it has little to spare. */
const BUSY_PERCENT = 90;
const MS_PER_HOUR = 3_600_000;

/** Utilisation in percent below which so many of a hundred samples lie. */
export interface Percentiles {
  readonly p5: number;
  readonly p25: number;
  readonly p75: number;
  readonly p95: number;
}

/** How much work was done; null where no sample says it. */
export interface Load {
  /** Mean utilisation. */
  readonly meanPercent: number | null;
  readonly medianPercent: number | null;
  readonly percentiles: Percentiles | null;
  /** Share of samples at 0 %. */
  readonly idleShare: number | null;
  /** Share of samples above 90 %. */
  readonly busyShare: number | null;
  /** Share of the time (without times: of samples) in which it worked at all: a sample stands for the time up to the next. */
  readonly dutyCycle: number | null;
  /** Electrical energy over the times whose power is known. */
  readonly energyWh: number | null;
}

/** What a log says of one device; null = it does not. */
export interface DeviceSummary extends Load {
  readonly host: string | null;
  readonly index: number | null;
  readonly uuid: string | null;
  readonly name: string | null;
  readonly peakMemoryMiB: number | null;
  readonly lowestMemoryMiB: number | null;
  readonly memoryTotalMiB: number | null;
  /** Memory that was never taken. */
  readonly headroomMiB: number | null;
  readonly peakTemperatureC: number | null;
  /** The longest time at 0 % without a break, and the time at which it began; null where the log has no times. */
  readonly longestIdleSeconds: number | null;
  readonly longestIdleFrom: string | null;
  /** Utilisation was ever above zero, or a process was listed, or memory was above what a driver holds. */
  readonly used: boolean;
}

/** What a device did, gathered record by record. */
export class DeviceTally {
  used = false;
  readonly percents = new PercentCounts();
  sumPercent = 0;
  atZero = 0;
  heldMs = 0;
  workedMs = 0;
  poweredMs = 0;
  wattMs = 0;
  private name: string | null = null;
  private readonly memory = new Range();
  private readonly totalMemory = new Range();
  private readonly temperature = new Range();
  private readonly idle = new LongestIdle();

  constructor(readonly record: GpuRecord) {}

  add(record: GpuRecord, timed: TimedSample): void {
    const { utilizationPercent, memoryUsedMiB, processes, powerW } = record;
    this.name ??= record.name;
    if (utilizationPercent !== null) this.addLoad(utilizationPercent, timed.holdsMs);
    if (powerW !== null) {
      this.poweredMs += timed.holdsMs;
      this.wattMs += powerW * timed.holdsMs;
    }
    this.idle.add(utilizationPercent === 0, record.time, timed);
    this.memory.add(memoryUsedMiB);
    // A log's 0 is no size: a share of it would be infinite.
    this.totalMemory.add(record.memoryTotalMiB || null);
    this.temperature.add(record.temperatureC);
    this.used ||=
      (utilizationPercent ?? 0) > 0 || (processes?.length ?? 0) > 0 || (memoryUsedMiB ?? 0) > DRIVERS_OWN_MIB;
  }

  summary(): DeviceSummary {
    const { host, index, uuid } = this.record;
    const { name, used, memory, idle } = this;
    const total = this.totalMemory.highest;
    return {
      ...{ host, index, uuid, name },
      ...loadOf([this]),
      peakMemoryMiB: memory.highest,
      lowestMemoryMiB: memory.lowest,
      memoryTotalMiB: total,
      headroomMiB: total === null || memory.highest === null ? null : Math.max(0, total - memory.highest),
      peakTemperatureC: this.temperature.highest,
      longestIdleSeconds: this.heldMs > 0 ? idle.longestMs / 1000 : null,
      longestIdleFrom: idle.longestFrom,
      used,
    };
  }

  private addLoad(percent: number, holdsMs: number): void {
    this.percents.add(percent);
    this.sumPercent += percent;
    this.heldMs += holdsMs;
    if (percent === 0) this.atZero++;
    else this.workedMs += holdsMs;
  }
}

/** Load over several devices: every sample counts alike. */
export function loadOf(tallies: readonly DeviceTally[]): Load {
  const total = (value: (tally: DeviceTally) => number): number =>
    tallies.reduce((sum, tally) => sum + value(tally), 0);
  const poweredMs = total((tally) => tally.poweredMs);
  const energyWh = poweredMs === 0 ? null : total(({ wattMs }) => wattMs) / MS_PER_HOUR;
  const percents =
    tallies.length === 1 ? tallies[0]!.percents : PercentCounts.sum(tallies.map((t) => t.percents));
  const known = percents.total;
  if (known === 0) return { ...NO_LOAD, energyWh };
  const idleShare = total(({ atZero }) => atZero) / known;
  const heldMs = total((tally) => tally.heldMs);
  const at = (q: number): number => percents.quantile(q)!;
  return {
    meanPercent: total(({ sumPercent }) => sumPercent) / known,
    medianPercent: at(0.5),
    percentiles: { p5: at(0.05), p25: at(0.25), p75: at(0.75), p95: at(0.95) },
    idleShare,
    busyShare: percents.shareAbove(BUSY_PERCENT),
    dutyCycle: heldMs > 0 ? total(({ workedMs }) => workedMs) / heldMs : 1 - idleShare,
    energyWh,
  };
}

const NO_LOAD: Load = {
  meanPercent: null,
  medianPercent: null,
  percentiles: null,
  idleShare: null,
  busyShare: null,
  dutyCycle: null,
  energyWh: null,
};

/** The lowest and the highest of values that may be unknown. */
class Range {
  lowest: number | null = null;
  highest: number | null = null;

  add(value: number | null): void {
    if (value === null) return;
    this.lowest = this.lowest === null ? value : Math.min(this.lowest, value);
    this.highest = this.highest === null ? value : Math.max(this.highest, value);
  }
}

class LongestIdle {
  longestMs = 0;
  longestFrom: string | null = null;
  private ms = 0;
  private from: string | null = null;

  add(idle: boolean, time: string | null, { holdsMs, endsInGap }: TimedSample): void {
    if (!idle) this.ms = 0;
    else {
      if (this.ms === 0) this.from = time;
      this.ms += holdsMs;
      if (this.ms > this.longestMs) {
        this.longestMs = this.ms;
        this.longestFrom = this.from;
      }
    }
    if (endsInGap) this.ms = 0;
  }
}
