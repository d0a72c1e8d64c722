import { fstatSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { EnvironmentError, messageOf } from '../errors.js';
import { forgetLastStat } from '../forgetLastStat.js';
import { jsonWithoutControls, withoutControls } from '../withoutControls.js';

/**
 * What a command prints, kept or told: `voxlab ... > file` on a full disk ends with one line and exit 1, however much of it
 * fitted. Where the reader has gone, the work goes on.
 */
export function guardStandardStreams(): void {
  for (const [fd, stream] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    if (isFile(fd)) stream._write = wholeWriter(fd);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!hasNoReader(stream, error)) lost ??= lostOutput(fd, error);
    });
  }
}

/** A command's result for people, to stdout. Texts of data steer no terminal: all that commands print goes this way, or that of say(). */
export function print(text: string): void {
  process.stdout.write(withoutControls(text));
}

/** What a command says of its work, to stderr. */
export function say(text: string): void {
  process.stderr.write(withoutControls(text));
}

/** With `--json` exactly one JSON document goes to stdout; everything else goes to stderr. */
export function printJson(document: unknown): void {
  process.stdout.write(`${jsonWithoutControls(JSON.stringify(document))}\n`);
}

/** A result for other programs (a table, JSON lines), to stdout: byte for byte as a file of it, but on a terminal as print(). */
export function printData(text: string): void {
  process.stdout.write(process.stdout.isTTY ? withoutControls(text) : text);
}

/** The first error of what was printed. */
let lost: EnvironmentError | undefined;

/** Throws EnvironmentError where something that was printed is lost; a stream says so a moment later. */
export async function requirePrinted(): Promise<void> {
  await setImmediate();
  if (lost !== undefined) throw lost;
}

function lostOutput(fd: 1 | 2, error: Error): EnvironmentError {
  const name = fd === 1 ? 'stdout' : 'stderr';
  return new EnvironmentError(
    `${name}: what was printed is cut short (${messageOf(error)}); make room, and run it again`,
    { cause: error },
  );
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  } finally {
    forgetLastStat();
  }
}

/** Node's own writes once: of a disk that is nearly full it takes a part, and says nothing. */
function wholeWriter(fd: number): typeof process.stdout._write {
  return (chunk, encoding, done) => {
    const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

/**
 * `voxlab ... | head` closes the pipe early, and a window that is closed takes its terminal away (EIO): what is left of the
 * output has no reader, the work goes on or ends in order.
 */
function hasNoReader(stream: NodeJS.WriteStream, { code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || (stream.isTTY && code === 'EIO');
}
