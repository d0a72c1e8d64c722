import type { GpuRecord } from '../records/gpuRecord.js';
import { LeftOutError, readOrReason } from './leftOut.js';
import { CUT_SHORT, type LogReader, type LogSink } from './logReader.js';
import { parseTableTime } from './logTime.js';
import { guessColumns } from './nvidiaSmiColumns.js';
import { SampleGrouping } from './sampleGrouping.js';
import type { SmiField } from './smiField.js';
import { commaCells, isUnknown, numberCell, textCell, wholeCell } from './tableCells.js';

/** nvidia-smi's own other names of the fields. */
const ALIASES: Readonly<Record<string, SmiField>> = {
  gpu_uuid: 'uuid',
  gpu_name: 'name',
  gpu_bus_id: 'pci.bus_id',
  'power.draw.average': 'power.draw',
  temperature: 'temperature.gpu',
};
const FIELDS: ReadonlySet<string> = new Set<SmiField>([
  ...([
    'timestamp',
    'index',
    'uuid',
    'pci.bus_id',
    'name',
    'utilization.gpu',
    'memory.used',
    'memory.total',
  ] as const),
  ...(['temperature.gpu', 'power.draw', 'hostname'] as const),
]);
/** `nvidia-smi --help-query-gpu` has some hundred; they begin with these. */
const FAMILY =
  /^(?:timestamp|driver_version|count|name|serial|uuid|index|hostname|pstate|compute_mode|gpu_(?:uuid|name|bus_id|serial)|(?:pci|utilization|memory|temperature|power|fan|clocks|clocks_throttle_reasons|encoder|ecc|mig|pcie|display_mode|display_active|persistence_mode|vbios_version|enforced)(?:[._].*)?)$/;
/** Rows that wait for a second look where no header says what they are. */
const GUESS_ROWS = 32;

/** The fields that a header line names by column (undefined = another field); undefined for a line that is no header. */
export function smiHeader(line: string): (SmiField | undefined)[] | undefined {
  const names = commaCells(line).map((cell) => cell.replace(/\s*\[[^\]]*\]$/, ''));
  if (!names.every((name) => FAMILY.test(name))) return undefined;
  const fields = names.map((name) => ALIASES[name] ?? (FIELDS.has(name) ? (name as SmiField) : undefined));
  return fields.some((field) => field !== undefined) ? fields : undefined;
}

/** A damaged header still has whole names among its cells; values are none. */
function namesAField(line: string): boolean {
  return commaCells(line).some((cell) => FAMILY.test(cell.replace(/\s*\[[^\]]*\]$/, '')));
}

/**
 * Reads tables of `nvidia-smi --query-gpu=... --format=csv`, in any order of columns, with and without units. Without a header
 * the columns are told by their units and values where these leave no doubt; the others stay unknown.
 */
export class NvidiaSmiCsvReader implements LogReader {
  private readonly grouping: SampleGrouping;
  private fields: readonly (SmiField | undefined)[] | undefined;
  private waiting: { readonly cells: readonly string[]; readonly number: number }[] = [];

  constructor(private readonly sink: LogSink) {
    this.grouping = new SampleGrouping(sink);
  }

  line(text: string, from: number, to: number, number: number): void {
    const line = text.slice(from, to).trim();
    if (line === '') return;
    const header = smiHeader(line);
    if (header !== undefined) this.begin(header);
    else if (namesAField(line)) this.lost(number);
    else if (this.fields === undefined) this.wait(commaCells(line), number);
    else this.row(this.fields, commaCells(line), number);
  }

  /** Behind a unit a value is whole; a number alone may go on. */
  lastLine(line: string, number: number): void {
    if (/(?:%|MiB|W|\]|!)\s*$/.test(line)) this.line(line, 0, line.length, number);
    else this.sink.ignore(number, CUT_SHORT);
  }

  end(): void {
    this.release();
    this.grouping.end();
  }

  private begin(header: readonly (SmiField | undefined)[]): void {
    this.release();
    this.fields = header;
  }

  /** What the columns below it are is not known. */
  private lost(number: number): void {
    this.release();
    this.fields = [];
    this.sink.ignore(number, 'a header with a field that nvidia-smi does not have');
  }

  private wait(cells: readonly string[], number: number): void {
    this.waiting.push({ cells, number });
    if (this.waiting.length >= GUESS_ROWS) this.release();
  }

  private release(): void {
    const rows = this.waiting;
    if (rows.length === 0) return;
    this.waiting = [];
    const fields = guessColumns(rows.map(({ cells }) => cells));
    this.fields = fields ?? [];
    for (const { cells, number } of rows) this.row(this.fields, cells, number);
  }

  private row(fields: readonly (SmiField | undefined)[], cells: readonly string[], number: number): void {
    const read = readOrReason(() => smiRecord(fields, cells));
    if (typeof read === 'string') this.sink.ignore(number, read);
    else this.grouping.add(read);
  }
}

/** A row as a record, by the fields of its columns. Throws LeftOutError. */
export function smiRecord(fields: readonly (SmiField | undefined)[], cells: readonly string[]): GpuRecord {
  if (fields.length === 0)
    throw new LeftOutError(
      'no header says which column is what, and the values leave it open; log with a header',
    );
  if (cells.length !== fields.length)
    throw new LeftOutError(`expected ${fields.length} columns, received ${cells.length}`);
  const of = (field: SmiField): string | undefined => cells[fields.indexOf(field)];
  return {
    time: timeOf(of('timestamp')),
    host: textCell(of('hostname')),
    index: wholeCell(of('index'), 'index'),
    uuid: textCell(of('uuid')) ?? (fields.includes('index') ? null : textCell(of('pci.bus_id'))),
    name: textCell(of('name')),
    utilizationPercent: numberCell(of('utilization.gpu'), 'utilization.gpu', { units: ['%'], most: 100 }),
    memoryUsedMiB: numberCell(of('memory.used'), 'memory.used', { units: ['MiB', 'MB'] }),
    memoryTotalMiB: numberCell(of('memory.total'), 'memory.total', { units: ['MiB', 'MB'] }),
    temperatureC: numberCell(of('temperature.gpu'), 'temperature.gpu', { units: ['C'], least: -273 }),
    powerW: numberCell(of('power.draw'), 'power.draw', { units: ['W'] }),
    processes: null,
  };
}

function timeOf(cell: string | undefined): string | null {
  if (cell === undefined || isUnknown(cell)) return null;
  const time = parseTableTime(cell);
  if (time !== undefined) return time;
  throw new LeftOutError(
    `timestamp: expected 2018/10/11 04:16:20.123, received ${JSON.stringify(cell.slice(0, 60))}`,
  );
}
