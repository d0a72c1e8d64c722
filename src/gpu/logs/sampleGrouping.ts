import { given } from '../../given.js';
import { deviceKey, type GpuRecord } from '../records/gpuRecord.js';
import type { HostRecord, HostUse } from '../records/hostUse.js';
import { millisecondsOf } from '../records/timeAxis.js';
import type { LogSink } from './logReader.js';

/** Rows of one round of a monitor are milliseconds apart; rounds, seconds as a rule. */
const SAME_ROUND_MS = 500;

type Moment = Pick<GpuRecord, 'time' | 'host'>;

/** Joins records that come one by one to samples: a device that comes again, another host or a later time begins the next. */
export class SampleGrouping {
  private begun: Moment | undefined;
  private use: HostUse | undefined;
  private devices: GpuRecord[] = [];
  private readonly keys = new Set<string>();

  constructor(private readonly sink: LogSink) {}

  add(record: GpuRecord): void {
    const key = deviceKey(record);
    if (this.begun !== undefined && (this.keys.has(key) || !sameRound(this.begun, record))) this.end();
    this.begun ??= record;
    this.devices.push(record);
    this.keys.add(key);
  }

  /** What a host says of itself stands above its devices. */
  addHost({ time, host, ...use }: HostRecord): void {
    this.end();
    this.begun = { time, host };
    this.use = use;
  }

  end(): void {
    if (this.begun === undefined) return;
    const { time, host } = this.begun;
    const use = given({ use: this.use });
    this.sink.sample({ time, host, ...use, devices: this.devices });
    this.begun = undefined;
    this.use = undefined;
    this.devices = [];
    this.keys.clear();
  }
}

function sameRound(first: Moment, next: Moment): boolean {
  if (first.host !== next.host) return false;
  if (first.time === next.time) return true;
  if (first.time === null || next.time === null) return false;
  return Math.abs(millisecondsOf(next.time) - millisecondsOf(first.time)) < SAME_ROUND_MS;
}
