import type { GpuSample } from './gpuRecord.js';
import { millisecondsOf } from './timeAxis.js';

/** A sample on a time axis. */
export interface TimedSample {
  readonly sample: GpuSample;
  /** As millisecondsOf(); null where the log has no time. */
  readonly timeMs: number | null;
  /** How long it stands for: up to the next sample of its host, or as long as samples usually do where the log has a gap. */
  readonly holdsMs: number;
  /** Nothing is known of the time behind it. */
  readonly endsInGap: boolean;
}

/** An interval is a gap when it is so many times the usual one, and at least so long. */
const GAP_TIMES = 10;
const GAP_AT_LEAST_MS = 5000;
/** Stamps of whole seconds hold some samples each; a clock that stands still must not gather a log in memory. */
const MOST_OF_A_STAMP = 4096;

/**
 * Gives the samples of one host their times, one stamp behind: samples that share a stamp of whole seconds are spread evenly up
 * to the next stamp.
 */
export class SampleClock {
  private waiting: GpuSample[] = [];
  private stampMs = 0;
  private usualMs: number | undefined;

  /** Samples whose time is settled by this one. */
  add(sample: GpuSample): readonly TimedSample[] {
    if (sample.time === null) return [...this.end(), { sample, timeMs: null, holdsMs: 0, endsInGap: false }];
    const stampMs = millisecondsOf(sample.time);
    const settled =
      stampMs === this.stampMs && this.waiting.length < MOST_OF_A_STAMP ? [] : this.settle(stampMs);
    this.waiting.push(sample);
    this.stampMs = stampMs;
    return settled;
  }

  /** The last samples. */
  end(): readonly TimedSample[] {
    return this.settle(undefined);
  }

  private settle(nextMs: number | undefined): readonly TimedSample[] {
    const { waiting: samples, stampMs } = this;
    this.waiting = [];
    const count = samples.length;
    if (count === 0) return [];
    const spanMs = nextMs === undefined ? 1000 : Math.max(0, nextMs - stampMs);
    // A gap in the log is no reason to spread one second's samples over it.
    const stepMs = count === 1 ? 0 : Math.min(spanMs, 1000) / count;
    return samples.map((sample, at) => {
      const timeMs = stampMs + at * stepMs;
      if (at < count - 1) return { sample, timeMs, ...this.held(stepMs) };
      const last = nextMs === undefined ? (count > 1 ? stepMs : (this.usualMs ?? 0)) : nextMs - timeMs;
      return { sample, timeMs, ...this.held(last) };
    });
  }

  private held(intervalMs: number): Pick<TimedSample, 'holdsMs' | 'endsInGap'> {
    const usual = this.usualMs ?? intervalMs;
    if (intervalMs < 0 || intervalMs > Math.max(GAP_TIMES * usual, GAP_AT_LEAST_MS))
      return { holdsMs: usual, endsInGap: true };
    this.usualMs = usual + (intervalMs - usual) / 8;
    return { holdsMs: intervalMs, endsInGap: false };
  }
}

/** Hands samples of several hosts, each with a clock of its own, to `receive` with their times. */
export class SampleClocks {
  private readonly clocks = new Map<string | null, SampleClock>();

  constructor(private readonly receive: (timed: TimedSample) => void) {}

  add(sample: GpuSample): void {
    const clock = this.clocks.get(sample.host) ?? new SampleClock();
    this.clocks.set(sample.host, clock);
    for (const timed of clock.add(sample)) this.receive(timed);
  }

  end(): void {
    for (const clock of this.clocks.values()) for (const timed of clock.end()) this.receive(timed);
  }
}
