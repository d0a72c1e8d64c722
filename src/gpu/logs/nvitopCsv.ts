import type { GpuProcess, GpuRecord } from '../records/gpuRecord.js';
import { LeftOutError, readOrReason } from './leftOut.js';
import { CUT_SHORT, type LogReader, type LogSink } from './logReader.js';
import { parseIsoTime, timeOfEpoch } from './logTime.js';
import { SampleGrouping } from './sampleGrouping.js';
import { commaCells, numberCell } from './tableCells.js';

/** Where a table has what: cells by device, and those of each process on it. */
interface Columns {
  readonly width: number;
  readonly timestamp: number;
  readonly local: number;
  readonly devices: ReadonlyMap<number, DeviceColumns>;
  /** Whether the collector was asked for processes. */
  readonly withProcesses: boolean;
}
interface DeviceColumns {
  readonly metrics: Map<string, number>;
  readonly processMemory: Map<number, number>;
}

/** `resources/cuda:0 (gpu:3)/gpu_utilization (%)/mean`, `resources/pid:12345/gpu:0/gpu_memory (MiB)/mean`. */
const METRIC = /(?:^|\/)(?:pid:(\d+)\/)?(?:cuda:\d+ \()?gpu:(\d+)\)?\/([a-z_]+) \([^)]*\)\/mean$/;

/** The columns of a table by nvitop's ResourceMetricCollector; undefined for a line that is no header of one. */
export function nvitopHeader(line: string): Columns | undefined {
  const names = line.includes('gpu:') ? commaCells(line) : [];
  const devices = new Map<number, DeviceColumns>();
  for (const [at, name] of names.entries()) {
    const [, pid, gpu, metric] = METRIC.exec(name) ?? [];
    if (gpu === undefined) continue;
    const device = devices.get(Number(gpu)) ?? { metrics: new Map(), processMemory: new Map() };
    devices.set(Number(gpu), device);
    if (pid === undefined) device.metrics.set(metric!, at);
    else if (metric === 'gpu_memory') device.processMemory.set(Number(pid), at);
  }
  if (devices.size === 0) return undefined;
  return {
    width: names.length,
    timestamp: names.findIndex((name) => /(?:^|\/)timestamp$/.test(name)),
    local: names.indexOf('time'),
    devices,
    withProcesses: names.some((name) => /(?:^|\/)pid:\d+\//.test(name)),
  };
}

/** Reads the CSV files that nvitop's manual writes with its collector: a row a time, its means over the interval. */
export class NvitopCsvReader implements LogReader {
  private readonly grouping: SampleGrouping;
  private columns: Columns | undefined;

  constructor(private readonly sink: LogSink) {
    this.grouping = new SampleGrouping(sink);
  }

  line(text: string, from: number, to: number, number: number): void {
    const line = text.slice(from, to);
    if (line.trim() === '') return;
    const header = nvitopHeader(line);
    if (header !== undefined) this.columns = header;
    else if (line.includes('/mean')) this.lost(number);
    else this.row(line, number);
  }

  lastLine(_line: string, number: number): void {
    this.sink.ignore(number, CUT_SHORT);
  }

  end(): void {
    this.grouping.end();
  }

  private lost(number: number): void {
    this.columns = undefined;
    this.sink.ignore(number, 'a header without a GPU');
  }

  private row(line: string, number: number): void {
    const { columns } = this;
    const records = readOrReason(() => recordsOf(columns, commaCells(line)));
    if (typeof records === 'string') this.sink.ignore(number, records);
    else for (const record of records) this.grouping.add(record);
  }
}

function recordsOf(columns: Columns | undefined, cells: readonly string[]): readonly GpuRecord[] {
  if (columns === undefined) throw new LeftOutError('no readable header above says which column is what');
  if (cells.length !== columns.width)
    throw new LeftOutError(`expected ${columns.width} columns, received ${cells.length}`);
  const time = timeOf(columns, cells);
  return [...columns.devices].map(([index, device]) => ({
    ...{ time, host: null, index, uuid: null, name: null },
    ...measuresOf(device, cells),
    processes: columns.withProcesses ? processesOf(device, cells) : null,
  }));
}

function measuresOf(
  { metrics }: DeviceColumns,
  cells: readonly string[],
): Pick<GpuRecord, 'utilizationPercent' | 'memoryUsedMiB' | 'memoryTotalMiB' | 'temperatureC' | 'powerW'> {
  const of = (metric: string, most = Number.MAX_VALUE, least = 0): number | null => {
    const at = metrics.get(metric);
    return at === undefined ? null : numberCell(cells[at], metric, { units: [], least, most });
  };
  return {
    // A mean of hundreds is a hundred and some bits.
    utilizationPercent: atMost100(of('gpu_utilization', 100.001)),
    memoryUsedMiB: of('memory_used'),
    memoryTotalMiB: of('memory_total'),
    temperatureC: of('temperature', Number.MAX_VALUE, -273),
    powerW: of('power_usage'),
  };
}

/** A process that did not run in a row's interval has an empty cell there. */
function processesOf({ processMemory }: DeviceColumns, cells: readonly string[]): readonly GpuProcess[] {
  return [...processMemory].flatMap(([pid, at]) => {
    const memoryMiB = numberCell(cells[at], 'gpu_memory', { units: [] });
    return memoryMiB === null ? [] : { user: null, command: null, pid, memoryMiB };
  });
}

/** The stamp is in seconds since 1970; a column `time` beside it is local. */
function timeOf({ timestamp, local }: Columns, cells: readonly string[]): string | null {
  const seconds = timestamp < 0 ? null : numberCell(cells[timestamp], 'timestamp', { units: [] });
  const text = local < 0 ? '' : cells[local]!;
  const time = seconds === null ? parseIsoTime(text) : timeOfEpoch(seconds);
  if (time !== undefined) return time;
  if (seconds === null && text === '') return null;
  throw new LeftOutError(`timestamp: expected a time, received ${JSON.stringify(text || seconds)}`);
}

function atMost100(percent: number | null): number | null {
  return percent === null ? null : Math.min(100, percent);
}
