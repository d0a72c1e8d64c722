import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { EnvironmentError } from '../errors.js';
import { cannotWrite } from '../paths.js';

/** Who holds a lock; `startTicks` tells a process from a later one with the same number. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly startTicks: string | null;
}

/**
 * Takes `<path>.lock` for this process and returns its release. HDF5's library here locks nothing, so two writers would
 * mix their rows. The lock of a process that is gone is taken over. Throws EnvironmentError when another one holds it.
 */
export function takeLock(path: string): () => void {
  const lockFile = `${path}.lock`;
  const me: Holder = { pid: process.pid, host: hostname(), startTicks: startTicksOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    if (createExclusively(lockFile, JSON.stringify(me))) return () => rmSync(lockFile, { force: true });
    const holder = readHolder(lockFile) ?? readHolderLater(lockFile);
    if (holder !== undefined && isAlive(holder))
      throw new EnvironmentError(
        `${path} is being written by process ${holder.pid} on ${holder.host}: wait until it ends; if it is gone, remove ${lockFile}`,
      );
    rmSync(lockFile, { force: true });
  }
  throw new EnvironmentError(
    `${lockFile} cannot be taken: other processes keep taking it; run one at a time`,
  );
}

function createExclusively(path: string, content: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cannotWrite(path, error);
  }
  try {
    writeSync(file, content);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw cannotWrite(path, error);
  } finally {
    closeSync(file);
  }
}

/** Undefined for a lock that went away, or that was cut short by the death of its writer. */
function readHolder(lockFile: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** A lock that says nothing yet may have been made this very moment: its writer gets the time to fill it. */
function readHolderLater(lockFile: string): Holder | undefined {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  return readHolder(lockFile);
}

/** A process of another host cannot be asked: it counts as alive. */
function isAlive({ pid, host, startTicks }: Holder): boolean {
  if (host !== hostname()) return true;
  const ticks = startTicksOf(pid);
  return ticks !== null && ticks === startTicks;
}

/** Start time of a process in clock ticks since boot (proc(5), field 22), null for none. */
function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the fields behind it count from the third.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
