import type { GpuProcess, GpuRecord } from '../records/gpuRecord.js';
import { detached } from './detached.js';
import { gpustatProcesses, knownOrNull } from './gpustatProcesses.js';

/** What a device's line says: neither time and host, which stand in the header, nor a uuid. */
export interface GpustatDevice extends Omit<GpuRecord, 'time' | 'host' | 'uuid'> {
  readonly index: number;
}

/** Columns that a log repeats in every block, as they were read the last time. */
interface Repeated {
  /** `[0] Tesla K80        |`. */
  readonly label: string;
  readonly index: number;
  readonly name: string | null;
  column: string;
  processes: readonly GpuProcess[] | null;
}

const [BLANK, PERCENT, OPEN, CLOSE, COMMA, SLASH, BAR, ZERO, NINE, QUESTION] = Array.from(
  ' %(),/|09?',
  (letter) => letter.charCodeAt(0),
) as [number, number, number, number, number, number, number, number, number, number];
const [C, W, M] = [67, 87, 77];
const UNKNOWN = -1;
const NO_NUMBER = -2;

/**
 * Reads a device's line, `[0] Tesla K80 | 49'C,  51 % | 10960 / 11441 MB | ubuntu(10945M)`, in one pass over its letters: a
 * log has millions of them. The load column may have fan, encoder, decoder and power, too.
 */
export class GpustatDeviceParser {
  private readonly repeated: Repeated[] = [];
  private text = '';
  private at = 0;
  private to = 0;
  private used = 0;
  private total = 0;

  /** Undefined where the line does not follow gpustat's form to its end. */
  parse(text: string, from: number, to: number): GpustatDevice | undefined {
    this.text = text;
    this.to = to;
    const known = this.labelled(from);
    if (known === undefined) return undefined;
    const temperature = this.temperature();
    const load = temperature === NO_NUMBER ? NO_NUMBER : this.load();
    if (load === NO_NUMBER || !this.memory()) return undefined;
    const processes = this.processesOf(known);
    if (processes === undefined) return undefined;
    return {
      index: known.index,
      name: known.name,
      utilizationPercent: load === UNKNOWN ? null : load,
      memoryUsedMiB: this.used === UNKNOWN ? null : this.used,
      memoryTotalMiB: this.total === UNKNOWN ? null : this.total,
      temperatureC: temperature === UNKNOWN ? null : temperature,
      powerW: this.power === UNKNOWN ? null : this.power,
      processes,
    };
  }

  private power = UNKNOWN;

  private labelled(from: number): Repeated | undefined {
    const index = this.indexAt(from);
    if (index === NO_NUMBER) return undefined;
    const known = this.repeated[index];
    if (known !== undefined && this.text.startsWith(known.label, from)) {
      this.at = from + known.label.length;
      return known;
    }
    return this.newLabel(from, index);
  }

  private indexAt(from: number): number {
    this.at = from + 1;
    this.blanks();
    const index = this.number();
    return index >= 0 && index < 10_000 && this.text[this.at] === ']' ? index : NO_NUMBER;
  }

  /** gpustat 1.1 leaves the name out on demand: then the first column is the load. */
  private newLabel(from: number, index: number): Repeated | undefined {
    const bar = this.text.indexOf('|', this.at);
    if (bar < 0 || bar >= this.to) return undefined;
    const column = detached(this.text.slice(this.at + 1, bar));
    const nameless = /^\s*(?:\d+|\?+)\s*\S{0,2}C,/.test(column);
    this.at = nameless ? this.at + 1 : bar + 1;
    const name = nameless ? null : knownOrNull(column.trim());
    const label = detached(this.text.slice(from, this.at));
    const repeated = { label, index, name, column: '', processes: [] };
    this.repeated[index] = repeated;
    return repeated;
  }

  /** `49'C,` or `80°C,`; a console that is not UTF-8 has another letter there. */
  private temperature(): number {
    this.blanks();
    const value = this.number();
    for (let skipped = 0; skipped < 3 && this.text.charCodeAt(this.at) !== C; skipped++) this.at++;
    const degrees = this.text.charCodeAt(this.at) === C && this.text.charCodeAt(this.at + 1) === COMMA;
    this.at += 2;
    return degrees ? value : NO_NUMBER;
  }

  /** The fan, where it is there, stands before the utilisation; power behind. Leaves the cursor behind the column's bar. */
  private load(): number {
    this.power = UNKNOWN;
    let percents = 0;
    let utilisation = NO_NUMBER;
    let powers = 0;
    for (;;) {
      this.blanks();
      const value = this.number();
      if (value === NO_NUMBER) return NO_NUMBER;
      this.blanks();
      if (this.text.charCodeAt(this.at) === PERCENT) {
        utilisation = value;
        this.at++;
        if (++percents > 2 || powers > 0 || value > 100 || !this.codecs()) return NO_NUMBER;
      } else if (++powers > 1 || percents === 0 || !this.watts(value)) return NO_NUMBER;
      this.blanks();
      const next = this.text.charCodeAt(this.at++);
      if (next === BAR) return utilisation;
      if (next !== COMMA) return NO_NUMBER;
    }
  }

  /** `(E:  88 %  D:  67 %)` of encoder and decoder. */
  private codecs(): boolean {
    this.blanks();
    if (this.text.charCodeAt(this.at) !== OPEN) return true;
    while (this.at < this.to && this.text.charCodeAt(this.at) !== CLOSE) this.at++;
    return this.at++ < this.to;
  }

  /** `125 / 250 W`, or `125 W`. */
  private watts(drawn: number): boolean {
    this.power = drawn;
    if (this.text.charCodeAt(this.at) === SLASH) {
      this.at++;
      this.blanks();
      if (this.number() === NO_NUMBER) return false;
      this.blanks();
    }
    return this.text.charCodeAt(this.at++) === W;
  }

  /** `10960 / 11441 MB`. */
  private memory(): boolean {
    this.blanks();
    this.used = this.number();
    this.blanks();
    if (this.used === NO_NUMBER || this.text.charCodeAt(this.at++) !== SLASH) return false;
    this.blanks();
    this.total = this.number();
    this.blanks();
    if (this.total === NO_NUMBER || this.text.charCodeAt(this.at) !== M) return false;
    this.at += this.text.startsWith('MiB', this.at) ? 3 : 2;
    return this.text[this.at - 1] === 'B' && (this.total === UNKNOWN || this.used <= this.total);
  }

  private processesOf(known: Repeated): readonly GpuProcess[] | null | undefined {
    this.blanks();
    if (this.at >= this.to) return null; // asked not to print them
    if (this.text.charCodeAt(this.at++) !== BAR) return undefined;
    const { column } = known;
    if (this.to - this.at === column.length && this.text.startsWith(column, this.at)) return known.processes;
    const changed = detached(this.text.slice(this.at, this.to));
    const processes = gpustatProcesses(changed);
    if (processes === undefined) return undefined;
    known.column = changed;
    known.processes = processes;
    return processes;
  }

  private blanks(): void {
    while (this.at < this.to && this.text.charCodeAt(this.at) === BLANK) this.at++;
  }

  /** Digits, or question marks for UNKNOWN. */
  private number(): number {
    const from = this.at;
    let value = 0;
    let code = this.text.charCodeAt(this.at);
    while (this.at < this.to && code >= ZERO && code <= NINE) {
      value = 10 * value + code - ZERO;
      code = this.text.charCodeAt(++this.at);
    }
    if (this.at > from) return this.at - from > 9 ? NO_NUMBER : value;
    while (this.at < this.to && this.text.charCodeAt(this.at) === QUESTION) this.at++;
    return this.at > from && this.at - from < 4 ? UNKNOWN : NO_NUMBER;
  }
}
