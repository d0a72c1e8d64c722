import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import { type MetricRecord, metricsFile, noRecord, recordOf } from './metricsLog.js';
import { isBeingWritten } from './runFolder.js';

/** Of whom follows a run. */
export interface FollowOptions {
  /** Ends the following; the run goes on. */
  readonly signal?: AbortSignal;
  /** Between two looks; 250. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 250;
const PIECE_BYTES = 2 ** 16;

/**
 * The records of a run that another process trains, from the first, as they come, until nobody writes it any more; of a run that has
 * ended, all at once. What a resume computes again, after those of no checkpoint were dropped, is the same and comes once. For a cell: `for await (const _ of usePanel().follow(followMetrics(run)));`. Throws InputError for a folder that is
 * no run, and for a line that is no record.
 * @example
 * let steps = 0;
 * for await (const record of followMetrics(inRepository('runs/start'))) if (record.kind === 'step') steps++;
 * console.log(`${steps} steps`);
 */
export async function* followMetrics(
  run: string,
  { signal, intervalMs = INTERVAL_MS }: FollowOptions = {},
): AsyncGenerator<MetricRecord, void, undefined> {
  const path = metricsFile(run);
  if (!existsSync(path)) throw new InputError(path, 'expected the metrics of a run, found nothing');
  const file = openSync(path, 'r');
  try {
    const lines = new GrowingLines(file);
    for (let [number, handedOn] = [0, 0]; ; ) {
      // Asked before the last look: what was written until then is read.
      const goesOn = isBeingWritten(run);
      if (lines.wereDropped()) {
        lines.beginAgain();
        number = 0;
      }
      for (let line = lines.next(); line !== undefined; line = lines.next()) {
        number++;
        if (line === '' || number <= handedOn) continue;
        handedOn = number;
        const record = recordOf(line);
        if (record === undefined) throw noRecord(path, line, number);
        yield record;
        if (signal?.aborted === true) return;
      }
      if (!goesOn || signal?.aborted === true) return;
      await wait(intervalMs, undefined, given({ signal })).catch(() => {});
    }
  } finally {
    closeSync(file);
  }
}

/** The whole lines of a file that grows. A last line without an end waits for it. */
class GrowingLines {
  private at = 0;
  private rest: Buffer = Buffer.alloc(0);
  private begin = 0;
  /** The last whole line, with its end. */
  private last: Buffer = Buffer.alloc(0);
  private lastAt = 0;

  constructor(private readonly file: number) {}

  /** Whether the file does not hold any more what was read last: a resume has cut it, and may have written on. */
  wereDropped(): boolean {
    const now = Buffer.alloc(this.last.length);
    return (
      fstatSync(this.file).size < this.at ||
      readSync(this.file, now, 0, now.length, this.lastAt) < now.length ||
      !now.equals(this.last)
    );
  }

  beginAgain(): void {
    this.at = 0;
    this.begin = 0;
    this.rest = Buffer.alloc(0);
    this.last = Buffer.alloc(0);
    this.lastAt = 0;
  }

  /** Undefined where there is none yet. */
  next(): string | undefined {
    for (;;) {
      const end = this.rest.indexOf(0x0a, this.begin);
      if (end >= 0) {
        this.last = this.rest.subarray(this.begin, end + 1);
        this.lastAt = this.at - this.rest.length + this.begin;
        this.begin = end + 1;
        return this.last.toString('utf8', 0, this.last.length - 1);
      }
      const piece = Buffer.alloc(PIECE_BYTES);
      const read = readSync(this.file, piece, 0, piece.length, this.at);
      if (read === 0) return undefined;
      this.at += read;
      this.rest = Buffer.concat([this.rest.subarray(this.begin), piece.subarray(0, read)]);
      this.begin = 0;
    }
  }
}
