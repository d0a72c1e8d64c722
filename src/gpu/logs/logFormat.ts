import { gpustatHeader } from './gpustatHeader.js';
import { GpustatTextReader } from './gpustatText.js';
import { JsonLogReader } from './jsonLog.js';
import type { LogReader, LogSink } from './logReader.js';
import { parseTableTime } from './logTime.js';
import { NvidiaSmiCsvReader, smiHeader } from './nvidiaSmiCsv.js';
import { monitorHeader, NvidiaSmiMonitorReader } from './nvidiaSmiMonitor.js';
import { NvitopCsvReader, nvitopHeader } from './nvitopCsv.js';
import { commaCells } from './tableCells.js';

interface Format {
  readonly name: string;
  /** Whether a line can be of no other format. */
  readonly shows: (line: string) => boolean;
  readonly reader: (sink: LogSink) => LogReader;
}

const FORMATS: readonly Format[] = [
  {
    name: 'JSON (gpustat --json, voxlab gpu convert)',
    shows: (line) => /^\s*\{/.test(line),
    reader: (sink) => new JsonLogReader(sink),
  },
  {
    name: 'nvidia-smi dmon or pmon',
    shows: (line) => monitorHeader(line.trim()) !== undefined,
    reader: (sink) => new NvidiaSmiMonitorReader(sink),
  },
  {
    name: 'CSV of nvitop',
    shows: (line) => nvitopHeader(line) !== undefined,
    reader: (sink) => new NvitopCsvReader(sink),
  },
  {
    name: 'text of gpustat',
    shows: (line) => /^\[\s*\d+\].*\|/.test(line) || gpustatHeader(line) !== undefined,
    reader: (sink) => new GpustatTextReader(sink),
  },
  {
    name: 'CSV of nvidia-smi --query-gpu',
    shows: (line) => smiHeader(line) !== undefined || looksLikeSmiRow(line),
    reader: (sink) => new NvidiaSmiCsvReader(sink),
  },
];
/** Words of a terminal session may stand above a log. */
const LINES_TO_LOOK_AT = 1000;

/** What a log of GPU use may be, for messages. */
export const FORMAT_NAMES = FORMATS.map(({ name }) => name).join('; ');

/** Waits for the first line that shows the format, then hands all lines to its reader. */
export class FormatChooser implements LogReader {
  private reader: LogReader | undefined;
  private seen: (readonly [line: string, number: number])[] = [];
  private givenUp = false;
  /** The format's name, once it is known. */
  format: string | undefined;

  constructor(private readonly sink: LogSink) {}

  line(text: string, from: number, to: number, number: number): void {
    if (this.reader !== undefined) this.reader.line(text, from, to, number);
    else if (!this.givenUp) this.look(text.slice(from, to), number);
  }

  lastLine(line: string, number: number): void {
    this.choose(line);
    if (this.reader !== undefined) this.reader.lastLine(line, number);
  }

  end(): void {
    this.reader?.end();
  }

  private look(line: string, number: number): void {
    this.choose(line);
    if (this.reader !== undefined) this.reader.line(line, 0, line.length, number);
    else if (line.trim() !== '') this.seen.push([line, number]);
    this.givenUp = this.seen.length > LINES_TO_LOOK_AT;
  }

  private choose(line: string): void {
    if (this.reader !== undefined) return;
    const format = FORMATS.find(({ shows }) => shows(line));
    if (format === undefined) return;
    this.format = format.name;
    this.reader = format.reader(this.sink);
    for (const [before, number] of this.seen) this.reader.line(before, 0, before.length, number);
    this.seen = [];
  }
}

/** A row of a table that was written without its header. */
function looksLikeSmiRow(line: string): boolean {
  const cells = commaCells(line);
  if (cells.length < 2) return false;
  const measured = cells.filter((cell) => /^\d+(?:\.\d+)? (?:%|MiB|W)$/.test(cell)).length;
  const stamped = cells.some(
    (cell) => parseTableTime(cell) !== undefined || /^GPU-[0-9a-f-]{30,}$/i.test(cell),
  );
  const numbers = cells.filter((cell) => /^\d+(?:\.\d+)?(?: \S+)?$/.test(cell)).length;
  return (
    measured > 1 ||
    (measured > 0 && numbers > 1) ||
    (stamped && numbers > 0) ||
    (cells.length > 2 && numbers === cells.length)
  );
}
