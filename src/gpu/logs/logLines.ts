import type { LogReader } from './logReader.js';

/** Nobody's line of GPU use is longer; a damaged log may hold gigabytes without a line end. */
export const LONGEST_LINE = 1 << 20;
// Colours and cursor moves of a terminal and of `watch --color`; titles.
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-Z\\^-~])/g;

/** Cuts pieces of text into lines for a reader; any line end, terminal codes taken out, at most one unfinished line held. */
export class LineCutter {
  private rest = '';
  private number = 0;
  private skipping = false;

  constructor(
    private readonly reader: LogReader,
    private readonly tooLong: (line: number) => void,
  ) {}

  push(piece: string): void {
    this.take(this.rest + piece);
    if (this.rest.length <= LONGEST_LINE) return;
    this.skipping = true;
    this.rest = '';
  }

  end(): void {
    const line = this.rest;
    this.rest = '';
    if (line.endsWith('\r')) this.lines(cleaned(line));
    else if (this.skipping) this.tooLong(this.number + 1);
    else if (line.trim() !== '') this.reader.lastLine(cleaned(line), this.number + 1);
    this.reader.end();
  }

  private take(text: string): void {
    const end = lastLineEnd(text) + 1;
    if (text.includes('\r') || text.includes('\u001b')) this.lines(cleaned(text.slice(0, end)));
    else this.lines(text, end);
    this.rest = text.slice(end);
  }

  private lines(text: string, end = text.length): void {
    for (let from = 0; from < end; ) {
      const to = text.indexOf('\n', from);
      this.number++;
      if (this.skipping) this.tooLong(this.number);
      else this.reader.line(text, from, to, this.number);
      this.skipping = false;
      from = to + 1;
    }
  }
}

/** A return at the very end waits: it may be the first half of a line end. */
function lastLineEnd(text: string): number {
  const newline = text.lastIndexOf('\n');
  if (text.indexOf('\r', newline + 1) < 0) return newline;
  return Math.max(newline, text.lastIndexOf('\r', text.length - 2));
}

function cleaned(text: string): string {
  return text.replace(/\r+\n?/g, '\n').replace(ANSI, '');
}
