import { type CellRun, currentCell } from './cells/cellContext.js';
import type { StreamName, ToSockets } from './wire/channel.js';

/** Sends what JavaScript writes to stdout and stderr to the cell that wrote it. */
export function redirectOutputStreams(
  send: (message: ToSockets) => void,
  streams: Record<StreamName, NodeJS.WriteStream>,
): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
      const encoding = typeof encodingOrDone === 'string' ? (encodingOrDone as BufferEncoding) : 'utf8';
      const text = typeof chunk === 'string' ? decoded(chunk, encoding) : Buffer.from(chunk).toString();
      send({ kind: 'stream', name, text, parent: parentOf(currentCell()) });
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
      if (typeof callback === 'function') callback();
      return true;
    };
    streams[name].write = write as NodeJS.WriteStream['write'];
  }
}

function decoded(text: string, encoding: BufferEncoding): string {
  return encoding === 'utf8' ? text : Buffer.from(text, encoding).toString();
}

function parentOf(run: CellRun | undefined) {
  return run?.request.header ?? {};
}
