import type { GpuSample } from '../records/gpuRecord.js';
import { gpuRecordOf, hostRecordOf, isHostLine } from './gpuJsonLines.js';
import { gpustatSample } from './gpustatJson.js';
import { CUT_SHORT, type LogReader, type LogSink } from './logReader.js';
import { SampleGrouping } from './sampleGrouping.js';

/** A document of `gpustat --json` with 100 GPUs and their processes has 100 kB. */
const LONGEST_DOCUMENT = 1 << 22;

/** Reads JSON documents one after the other, on one line or many: `gpustat --json`, and the lines of `voxlab gpu convert`. */
export class JsonLogReader implements LogReader {
  private readonly grouping: SampleGrouping;
  private pending = '';
  private firstLine = 0;
  private depth = 0;
  private inString = false;

  constructor(private readonly sink: LogSink) {
    this.grouping = new SampleGrouping(sink);
  }

  line(text: string, from: number, to: number, number: number): void {
    const line = text.slice(from, to);
    // A document begins at the margin, what is in it is indented: the one before it was cut off.
    if (this.depth > 0 && (line.startsWith('{') || this.pending.length > LONGEST_DOCUMENT))
      this.leaveOut('a JSON document that does not end');
    if (this.depth === 0 && line.startsWith('{') && line.endsWith('}') && this.whole(line, number)) return;
    this.scan(line, number);
  }

  lastLine(line: string, number: number): void {
    this.line(line, 0, line.length, number);
  }

  end(): void {
    if (this.depth > 0) this.leaveOut(CUT_SHORT);
    this.grouping.end();
  }

  private whole(line: string, number: number): boolean {
    const value = parsed(line);
    if (value === undefined) return false;
    this.document(value, number, 1);
    return true;
  }

  private scan(line: string, number: number): void {
    let began = 0;
    for (let at = 0; at < line.length; at++) {
      const letter = line[at]!;
      if (this.inString) {
        if (letter === '\\') at++;
        else if (letter === '"') this.inString = false;
      } else if (letter === '"') this.inString = this.depth > 0;
      else if (letter === '{') {
        if (this.depth++ === 0) {
          began = at;
          this.firstLine = number;
        }
      } else if (letter === '}' && this.depth > 0 && --this.depth === 0) {
        this.complete(this.pending + line.slice(began, at + 1), number);
        began = at + 1;
      }
    }
    // No string of JSON goes on in the next line: a quote was lost.
    this.inString = false;
    if (this.depth > 0) this.pending += `${line.slice(began)}\n`;
    else if (!/^[\s,[\]]*$/.test(line.slice(began)))
      this.sink.ignore(
        number,
        `expected a JSON record, received ${JSON.stringify(line.slice(began, began + 60))}`,
      );
  }

  private complete(text: string, number: number): void {
    this.pending = '';
    const value = parsed(text);
    const lines = number - this.firstLine + 1;
    if (value !== undefined) this.document(value, this.firstLine, lines);
    else this.ignore(this.firstLine, lines, 'a damaged JSON document');
  }

  private document(value: unknown, line: number, lines: number): void {
    const object = value as Readonly<Record<string, unknown>>;
    const read = Array.isArray(object.gpus)
      ? gpustatSample(object)
      : isHostLine(object)
        ? hostRecordOf(object)
        : gpuRecordOf(object);
    if (typeof read === 'string') this.ignore(line, lines, read);
    else if ('cpuPercent' in read) this.grouping.addHost(read);
    else if ('devices' in read) this.wholeSample(read);
    else this.grouping.add(read);
  }

  private wholeSample(sample: GpuSample): void {
    this.grouping.end();
    this.sink.sample(sample);
  }

  private leaveOut(reason: string): void {
    this.ignore(this.firstLine, this.pending.split('\n').length - 1, reason);
    this.pending = '';
    this.depth = 0;
  }

  private ignore(first: number, lines: number, reason: string): void {
    for (let line = first; line < first + lines; line++) this.sink.ignore(line, reason);
  }
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
