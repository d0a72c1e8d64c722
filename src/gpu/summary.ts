import { type DeviceSummary, DeviceTally, loadOf } from './deviceTally.js';
import { type Finding, findingsOf } from './findings.js';
import type { GpuUse } from './gpuUse.js';
import { HostTally } from './hostTally.js';
import { IdlePairs } from './idlePairs.js';
import { deviceKey, type GpuLog, type GpuRecord, type GpuSample } from './records/gpuRecord.js';
import { SampleClocks, type TimedSample } from './records/sampleClock.js';
import { millisecondsOf } from './records/timeAxis.js';

/** Use of each device and of all, and what it means. */
export interface GpuSummary extends GpuUse {
  /** What it means, in words. */
  readonly findings: readonly Finding[];
}

/**
 * Use of each device and of all that were ever used; unknown values (null) count in no mean.
 * @example
 * const log = await readGpuLog(inRepository('data/gpustat/k80x8_2018.txt'));
 * const { meanPercent, findings } = summariseGpuLog(log);
 * meanPercent?.toFixed(3) //=> '32.715'
 * for (const { text } of findings) console.log(text);
 */
export function summariseGpuLog({ samples }: GpuLog): GpuSummary {
  const tally = new LogTally();
  for (const sample of samples) tally.add(sample);
  return tally.summary();
}

/**
 * As summariseGpuLog, of samples that come one by one: memory does not grow with the log.
 * @example
 * const { samples } = openGpuLog(inRepository('data/gpustat/k80x8_2018.txt'));
 * const { devices } = await summariseGpuSamples(samples);
 * devices.filter(({ used }) => used).length //=> 4
 */
export async function summariseGpuSamples(samples: AsyncIterable<GpuSample>): Promise<GpuSummary> {
  const tally = new LogTally();
  for await (const sample of samples) tally.add(sample);
  return tally.summary();
}

/** Gathers a summary sample by sample. */
export class LogTally {
  private samples = 0;
  private readonly devices = new Map<string, DeviceTally>();
  private readonly hosts = new Map<string | null, HostTally>();
  private readonly pairs = new IdlePairs<DeviceTally>();
  private readonly span = new TimeSpan();
  private readonly clocks = new SampleClocks((timed) => this.addTimed(timed));

  add(sample: GpuSample): void {
    this.samples++;
    if (sample.time !== null) this.span.add(sample.time);
    this.clocks.add(sample);
  }

  /** No sample may follow. */
  summary(): GpuSummary {
    this.clocks.end();
    const tallies = [...this.devices.values()].sort(byHostAndIndex);
    const used = tallies.filter((tally) => tally.used);
    const devices = tallies.map((tally) => tally.summary());
    const use: GpuUse = {
      samples: this.samples,
      firstTime: this.span.first,
      lastTime: this.span.last,
      devices,
      hosts: [...this.hosts.values()].map((host) => host.summary()),
      ...loadOf(used),
      imbalance: imbalanceOf(devices),
      idleTogetherShare: this.pairs.shareTogether(
        used,
        (one, other) => one.record.host === other.record.host,
      ),
    };
    return { ...use, findings: findingsOf(use) };
  }

  private addTimed(timed: TimedSample): void {
    const devices = timed.sample.devices.map((record) => [this.deviceOf(record), record] as const);
    for (const [tally, record] of devices) tally.add(record, timed);
    this.pairs.add(devices);
    const { host, use } = timed.sample;
    if (use === undefined) return;
    const tally = this.hosts.get(host) ?? new HostTally(host);
    this.hosts.set(host, tally);
    tally.add(use, timed.holdsMs);
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

function imbalanceOf(devices: readonly DeviceSummary[]): number | null {
  const means = devices.flatMap(({ used, meanPercent }) =>
    used && meanPercent !== null ? [meanPercent] : [],
  );
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  return means.length < 2 || mean === 0 ? null : Math.max(...means) / mean - 1;
}

function byHostAndIndex({ record: a }: DeviceTally, { record: b }: DeviceTally): number {
  const hosts = (a.host ?? '').localeCompare(b.host ?? '', 'en');
  return hosts || (a.index ?? 0) - (b.index ?? 0) || (a.uuid ?? '').localeCompare(b.uuid ?? '', 'en');
}
