import type { GpuRecord } from '../records/gpuRecord.js';
import { LeftOutError, readOrReason } from './leftOut.js';
import { CUT_SHORT, type LogReader, type LogSink } from './logReader.js';
import { parseIsoTime } from './logTime.js';
import { ProcessRounds } from './processRounds.js';
import { SampleGrouping } from './sampleGrouping.js';
import { numberCell, textCell, wholeCell } from './tableCells.js';

/** A header's columns: `# gpu    pwr  gtemp ...`, `#Date       Time        gpu ...`; undefined for another line. */
export function monitorHeader(line: string): readonly string[] | undefined {
  const names = cellsOf(line.replace(/^#\s*/, ''));
  return line.startsWith('#') && names.includes('gpu') && names.length > 1 ? names : undefined;
}

/**
 * Reads `nvidia-smi dmon` and `pmon`, any -s and -o: a header names the columns, and comes again every some rows. Without
 * `-o DT` they print no time, and it stays unknown.
 */
export class NvidiaSmiMonitorReader implements LogReader {
  private readonly devices: SampleGrouping;
  private readonly processes: ProcessRounds;
  private columns: readonly string[] | undefined;

  constructor(private readonly sink: LogSink) {
    this.devices = new SampleGrouping(sink);
    this.processes = new ProcessRounds(sink);
  }

  line(text: string, from: number, to: number, number: number): void {
    const line = text.slice(from, to).trim();
    if (line.startsWith('#')) this.header(line, number);
    else if (line !== '') this.row(line, number);
  }

  lastLine(line: string, number: number): void {
    if (line.startsWith('#')) this.line(line, 0, line.length, number);
    else this.sink.ignore(number, CUT_SHORT);
  }

  end(): void {
    this.devices.end();
    this.processes.end();
  }

  private header(line: string, number: number): void {
    // `# Idx      W      C` names the units below.
    if (/^#\s*(?:Idx\b|YYYY|HH:MM)/.test(line)) return;
    this.columns = monitorHeader(line);
    if (this.columns === undefined) this.sink.ignore(number, 'a header without a column gpu');
  }

  private row(line: string, number: number): void {
    const { columns } = this;
    const read = readOrReason(() => {
      if (columns === undefined) throw new LeftOutError('no readable header above says which column is what');
      return cellsByName(columns, line);
    });
    if (typeof read === 'string') return this.sink.ignore(number, read);
    const record = readOrReason(() => recordOf(read));
    if (typeof record === 'string') this.sink.ignore(number, record);
    else if (columns!.includes('pid')) this.processes.add(record);
    else this.devices.add(record);
  }
}

function cellsOf(line: string): string[] {
  return line.includes(',') ? line.split(',').map((cell) => cell.trim()) : line.trim().split(/\s+/);
}

/** A command may hold blanks; it is last. */
function cellsByName(columns: readonly string[], line: string): ReadonlyMap<string, string> {
  const cells = cellsOf(line);
  const withCommand = columns.at(-1) === 'command' || columns.at(-1) === 'name';
  if (cells.length < columns.length || (cells.length > columns.length && !withCommand))
    throw new LeftOutError(`expected ${columns.length} columns, received ${cells.length}`);
  const last = cells.slice(columns.length - 1).join(' ');
  return new Map(columns.map((name, at) => [name, at === columns.length - 1 ? last : cells[at]!]));
}

function recordOf(cells: ReadonlyMap<string, string>): GpuRecord {
  const index = wholeCell(cells.get('gpu'), 'gpu');
  if (index === null) throw new LeftOutError('gpu: expected a whole number, received none');
  const device = { time: timeOf(cells), host: null, index, uuid: null, name: null };
  if (cells.has('pid')) return { ...device, ...UNKNOWN_OF_A_DEVICE, processes: processOf(cells) };
  for (const [name, cell] of cells)
    if (!/^(?:Date|Time|gpu|pci|.*vio.*)$/.test(name)) checkNumber(name, cell);
  return {
    ...device,
    utilizationPercent: numberCell(cells.get('sm'), 'sm', { units: ['%'], most: 100 }),
    memoryUsedMiB: numberCell(cells.get('fb'), 'fb', { units: ['MB', 'MiB'] }),
    memoryTotalMiB: null,
    temperatureC: numberCell(cells.get('gtemp') ?? cells.get('temp'), 'gtemp', { units: ['C'], least: -273 }),
    powerW: numberCell(cells.get('pwr'), 'pwr', { units: ['W'] }),
    processes: null,
  };
}

/** pmon says what processes do, not what the device does as a whole. */
const UNKNOWN_OF_A_DEVICE = {
  utilizationPercent: null,
  memoryUsedMiB: null,
  memoryTotalMiB: null,
  temperatureC: null,
  powerW: null,
};

/** A column that is not kept, but is no number, says that the row is not what its header says. */
function checkNumber(name: string, cell: string): void {
  numberCell(cell, name, { units: ['%', 'W', 'C', 'MB', 'MiB', 'MHz', 'GB/s', 'MB/s'], least: -1e12 });
}

function processOf(cells: ReadonlyMap<string, string>): GpuRecord['processes'] {
  const pid = wholeCell(cells.get('pid'), 'pid');
  if (pid === null) return [];
  return [
    {
      user: null,
      command: textCell(cells.get('command') ?? cells.get('name')),
      pid,
      memoryMiB: numberCell(cells.get('fb'), 'fb', { units: ['MB', 'MiB'] }),
    },
  ];
}

function timeOf(cells: ReadonlyMap<string, string>): string | null {
  const [date, clock] = [cells.get('Date'), cells.get('Time')];
  if (date === undefined || clock === undefined) return null;
  const time = parseIsoTime(`${date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')}T${clock}`);
  if (time === undefined)
    throw new LeftOutError(
      `Date, Time: expected 20181011 04:16:20, received ${JSON.stringify(`${date} ${clock}`)}`,
    );
  return time;
}
