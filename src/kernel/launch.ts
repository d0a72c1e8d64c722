import { openSync, writeSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { type OpenWire, openWire } from './openWire.js';

/** A kernel whose sockets' thread is under way. */
export interface Launched {
  readonly wire: OpenWire;
  readonly logDescriptor: number;
}

const FLAG = '--connection-file';
const EARLY = Symbol.for('voxlab.kernel.launched');

/**
 * Starts the sockets' thread as the process' words say, `--connection-file FILE`: once, where a snapshot's program has done so before
 * anything was loaded. Ends the process with one line in the log where it cannot.
 */
export function launch(): Launched {
  const all = globalThis as Record<symbol, unknown>;
  const early = all[EARLY] as Launched | undefined;
  delete all[EARLY];
  if (early !== undefined) return early;
  // The kernel takes over file descriptors 1 and 2 for the cells' output; what it says of itself goes where they went.
  const logDescriptor = openLog();
  try {
    return {
      wire: openWire({ connectionFile: connectionFileOf(process.argv), logDescriptor }),
      logDescriptor,
    };
  } catch (error) {
    return endLaunch(logDescriptor, error);
  }
}

/** Launches for the launcher, whose launch() takes it, and comes back when the sockets' thread runs: a front end waits for that alone. */
export async function launchEarly(): Promise<void> {
  const launched = launch();
  (globalThis as Record<symbol, unknown>)[EARLY] = launched;
  await launched.wire.online;
}

/** One line in the log, and the end. */
export function endLaunch(logDescriptor: number, error: unknown): never {
  writeSync(logDescriptor, `voxlab kernel: ${messageOf(error)}\n`);
  process.exit(1);
}

function connectionFileOf(words: readonly string[]): string {
  const flag = words.findIndex((word) => word === FLAG || word.startsWith(`${FLAG}=`));
  const word = words[flag] ?? '';
  const file = word === FLAG ? words[flag + 1] : word.slice(FLAG.length + 1) || undefined;
  if (file === undefined) throw new Error('expected --connection-file FILE, as Jupyter gives it');
  return file;
}

/** Linux opens the target of a descriptor anew, except for a socket: then there is nowhere to log to. */
function openLog(): number {
  try {
    return openSync('/proc/self/fd/2', 'a');
  } catch {
    return openSync('/dev/null', 'a');
  }
}
