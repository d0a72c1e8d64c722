import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { EnvironmentError } from '../../errors.js';
import { forgetLastStat } from '../../forgetLastStat.js';
import type { StreamName } from './channel.js';

export interface OutputPipe {
  readonly name: StreamName;
  /** The end to read from; it never blocks. */
  readonly descriptor: number;
}

/**
 * Puts pipes in place of the process's file descriptors 1 and 2, so that what child processes and native code
 * (TensorFlow's messages) write there can be shown in the cell. Node has no dup2: `open` takes the lowest free number.
 */
export function replaceOutputs(): OutputPipe[] {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-kernel-'));
  try {
    const paths = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
    const made = spawnSync('mkfifo', [paths.stdout, paths.stderr], { encoding: 'utf8' });
    if (made.status !== 0)
      throw new EnvironmentError(`mkfifo failed (${made.error ?? made.stderr.trim()}): install coreutils`);
    return [replaceOutput('stdout', 1, paths.stdout), replaceOutput('stderr', 2, paths.stderr)];
  } finally {
    rmSync(folder, { recursive: true, force: true }); // open ends need no name
    forgetLastStat();
  }
}

function replaceOutput(name: StreamName, number: 1 | 2, path: string): OutputPipe {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  closeSync(number);
  const opened = openSync(path, constants.O_WRONLY);
  if (opened !== number)
    throw new EnvironmentError(`file descriptor ${number} could not be replaced: it became ${opened}`);
  return { name, descriptor };
}

export interface PipeReader {
  /** Reads at once what already lies in the pipes. */
  drain(): void;
}

/** Reads the pipes as text arrives; a character cut in two waits for its second half. */
export function readPipes(
  pipes: readonly OutputPipe[],
  take: (name: StreamName, text: string) => void,
): PipeReader {
  const buffer = Buffer.alloc(65_536);
  const readers = pipes.map(({ name, descriptor }) => {
    const decoder = new StringDecoder('utf8');
    const takeBytes = (bytes: Buffer): void => {
      const text = decoder.write(bytes);
      if (text !== '') take(name, text);
    };
    new Socket({ fd: descriptor, readable: true, writable: false })
      .on('data', takeBytes)
      .on('error', () => {});
    return { descriptor, takeBytes };
  });
  return {
    drain() {
      for (const { descriptor, takeBytes } of readers)
        for (let read = readNow(descriptor, buffer); read > 0; read = readNow(descriptor, buffer))
          takeBytes(Buffer.from(buffer.subarray(0, read)));
    },
  };
}

/** Bytes read; 0 when the pipe is empty. */
function readNow(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer, 0, buffer.length, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
