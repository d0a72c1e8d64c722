import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A line of a text file, without its end. */
export interface Line {
  readonly text: string;
  /** Bytes of the file in which it stands, its end included. */
  readonly from: number;
  readonly to: number;
  /** Whether it has an end; only the last line may have none. */
  readonly isWhole: boolean;
}

const PIECE_BYTES = 2 ** 20;
const LINE_FEED = 0x0a;

/** The lines of a file in order; a part of it is in memory at a time. Throws what the system throws. */
export function* linesOf(path: string): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    let begun: Buffer = Buffer.alloc(0);
    let from = 0;
    for (let at = 0; ; ) {
      const piece = Buffer.alloc(PIECE_BYTES);
      const read = readSync(file, piece, 0, piece.length, at);
      if (read === 0) break;
      at += read;
      const bytes = Buffer.concat([begun, piece.subarray(0, read)]);
      let line = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, line)) {
        const to = from + end + 1 - line;
        yield { text: bytes.toString('utf8', line, end), from, to, isWhole: true };
        from = to;
        line = end + 1;
      }
      begun = bytes.subarray(line);
    }
    if (begun.length > 0)
      yield { text: begun.toString('utf8'), from, to: from + begun.length, isWhole: false };
  } finally {
    closeSync(file);
  }
}

/** The lines of a file from the last to the first; a part of it is in memory at a time. Throws what the system throws. */
export function* linesBackwards(path: string): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    let { size: to } = fstatSync(file);
    let at = to;
    // Bytes from `at` to `to`: a line ends with them.
    let bytes: Buffer = Buffer.alloc(0);
    while (at > 0 || bytes.length > 0) {
      const isWhole = bytes.at(-1) === LINE_FEED;
      const textEnd = bytes.length - (isWhole ? 1 : 0);
      const before = textEnd === 0 ? -1 : bytes.lastIndexOf(LINE_FEED, textEnd - 1);
      if (before < 0 && at > 0) {
        const piece = Buffer.alloc(Math.min(PIECE_BYTES, at));
        at -= piece.length;
        readWhole(file, piece, at);
        bytes = Buffer.concat([piece, bytes]);
        continue;
      }
      const from = to - bytes.length + before + 1;
      yield { text: bytes.toString('utf8', before + 1, textEnd), from, to, isWhole };
      bytes = bytes.subarray(0, before + 1);
      to = from;
    }
  } finally {
    closeSync(file);
  }
}

function readWhole(file: number, into: Buffer, position: number): void {
  for (let at = 0; at < into.length; ) {
    const read = readSync(file, into, at, into.length - at, position + at);
    if (read === 0) throw new Error(`the file became shorter than ${position + into.length} bytes`);
    at += read;
  }
}
