import { deviceKey, type GpuRecord } from './gpuRecord.js';
import type { LogSink } from './logReader.js';
import { millisecondsOf } from './timeAxis.js';

/** Rows of one round of a monitor are milliseconds apart; rounds, seconds as a rule. */
const SAME_ROUND_MS = 500;

/** Joins records that come one by one to samples: a device that comes again, another host or a later time begins the next. */
export class SampleGrouping {
  private devices: GpuRecord[] = [];
  private readonly keys = new Set<string>();

  constructor(private readonly sink: LogSink) {}

  add(record: GpuRecord): void {
    const key = deviceKey(record);
    const first = this.devices[0];
    if (first !== undefined && (this.keys.has(key) || !sameRound(first, record))) this.end();
    this.devices.push(record);
    this.keys.add(key);
  }

  end(): void {
    const first = this.devices[0];
    if (first === undefined) return;
    this.sink.sample({ time: first.time, host: first.host, devices: this.devices });
    this.devices = [];
    this.keys.clear();
  }
}

function sameRound(first: GpuRecord, next: GpuRecord): boolean {
  if (first.host !== next.host) return false;
  if (first.time === next.time) return true;
  if (first.time === null || next.time === null) return false;
  return Math.abs(millisecondsOf(next.time) - millisecondsOf(first.time)) < SAME_ROUND_MS;
}
