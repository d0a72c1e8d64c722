import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError, InputError } from './errors.js';
import { jsonIn } from './jsonPlace.js';
import { isAlive } from './leftBehind.js';
import { lastError, libc } from './libc.js';
import { cannotWrite, makeFolder } from './paths.js';
import { formatSeconds } from './progress.js';

/** Who holds a lock, as its file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Whether this descriptor now holds the system's lock of its file; `unknown` on file systems that have none. */
export type SystemLock = (fd: number) => 'held' | 'busy' | 'unknown';

/**
 * Takes `<path>.lock` for this process and returns its release: one writer for a file. The system itself (flock(2)) keeps the
 * lock and frees it when the process ends in any way; the file says whose it is, and since when. Nothing but a lock of ours
 * is ever taken, written or removed. Throws EnvironmentError when another one holds it: owner, age and cure are in the
 * message, which names `shown`.
 */
export function takeLock(path: string, shown = path, systemLock: SystemLock = flock): () => void {
  const lockFile = `${path}.lock`;
  for (;;) {
    const opened = openLockFile(lockFile, shown);
    if (opened === undefined) continue;
    const { file, isNew } = opened;
    try {
      requireLock(file, lockFile);
      const state = systemLock(file);
      if (state === 'busy') throw beingWritten(shown, lockFile, holderIn(lockFile), 'end it');
      // Whoever held it before may have removed the file between its opening and its lock: then it guards nothing.
      if (!isFileAt(file, lockFile)) {
        closeSync(file);
        continue;
      }
      const before = holderOf(textOf(file));
      // Where the system keeps no locks, or not between hosts, nobody knows whether the last holder is gone.
      if ((state === 'unknown' && !isNew) || (before !== undefined && before.host !== hostname()))
        throw beingWritten(shown, lockFile, before, 'remove its lock');
      writeHolder(file, lockFile);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    return releaseOf(file, lockFile);
  }
}

/**
 * One writer for a folder: takes `<folder>/<name>.lock`, in the folder itself, so that it is one lock by whatever path and
 * link the folder is reached. Makes the folder; a new one in which nothing was written goes with the lock.
 * Throws EnvironmentError, as takeLock().
 */
export function takeFolderLock(folder: string, name: string): () => void {
  const isNew = !existsSync(folder);
  makeFolder(folder);
  const release = takeLock(join(folder, name), folder);
  return () => {
    release();
    if (isNew && existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  };
}

/** Whether a process that is there, here or on another host, holds `<path>.lock`. It is neither taken nor touched. */
export function isLocked(path: string): boolean {
  return holderIn(`${path}.lock`) !== undefined;
}

/** Holders are this short. */
const MOST_BYTES = 4096;
const HOLDER_START = '{"pid":';

/** Refuses what has the name of a lock and is none: a link, another program's file, a file with a second name. */
function requireLock(file: number, lockFile: string): void {
  const stat = fstatSync(file);
  const text = stat.isFile() && stat.size <= MOST_BYTES ? textOf(file) : undefined;
  const isOurs = text !== undefined && (text.startsWith(HOLDER_START) || HOLDER_START.startsWith(text));
  if (!isOurs || stat.nlink > 1)
    throw new EnvironmentError(
      `${lockFile}: expected a lock of voxlab, found another ${stat.isFile() ? 'file' : 'thing'}: move it, or choose another name to write to`,
    );
}

function textOf(file: number): string {
  const bytes = Buffer.alloc(MOST_BYTES);
  return bytes.toString('utf8', 0, readSync(file, bytes, 0, MOST_BYTES, 0));
}

/** Removed while it is held, then freed: nobody can take a file that is about to go. */
function releaseOf(file: number, lockFile: string): () => void {
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    rmSync(lockFile, { force: true });
    closeSync(file);
  };
}

function flock(fd: number): ReturnType<SystemLock> {
  const EXCLUSIVE = 2;
  const WITHOUT_WAITING = 4;
  if (libc().flock(fd, EXCLUSIVE | WITHOUT_WAITING) === 0) return 'held';
  return lastError() === 'EAGAIN' ? 'busy' : 'unknown';
}

/** Undefined where it went away in between: try again. A link is never followed. */
function openLockFile(
  lockFile: string,
  shown: string,
): { readonly file: number; readonly isNew: boolean } | undefined {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
  for (const [flags, isNew, passes] of [
    [O_RDWR | O_CREAT | O_EXCL, true, 'EEXIST'],
    [O_RDWR | O_NOFOLLOW | O_NONBLOCK, false, 'ENOENT'],
  ] as const)
    try {
      return { file: openSync(lockFile, flags), isNew };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ELOOP')
        throw new EnvironmentError(`${lockFile}: expected a lock of voxlab, found a link: remove it`);
      if (code === 'EACCES' && !isNew) throw ofAnotherUser(shown, lockFile);
      if (code !== passes) throw cannotWrite(lockFile, error);
    }
  return undefined;
}

/** Its file can be read at most: the system still says whether it is held. */
function ofAnotherUser(shown: string, lockFile: string): EnvironmentError {
  let file: number | undefined;
  try {
    file = openSync(lockFile, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const isHeld = flock(file) === 'busy';
    return beingWritten(shown, lockFile, holderOf(textOf(file)), isHeld ? 'end it' : 'remove its lock');
  } catch {
    return beingWritten(shown, lockFile, undefined, 'remove its lock');
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function isFileAt(file: number, path: string): boolean {
  try {
    const [open, there] = [fstatSync(file), statSync(path)];
    return open.ino === there.ino && open.dev === there.dev;
  } catch {
    return false;
  }
}

function writeHolder(file: number, lockFile: string): void {
  const me: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    ftruncateSync(file);
    writeSync(file, JSON.stringify(me), 0);
  } catch (error) {
    throw cannotWrite(lockFile, error);
  }
}

/** Who holds it now: a holder of this very moment gets the time to write its name over that of a dead one. */
function holderIn(lockFile: string): Holder | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      const holder = holderOf(readFileSync(lockFile, 'utf8'));
      if (holder !== undefined && (holder.host !== hostname() || isAlive(holder.pid))) return holder;
    } catch {
      // It has gone meanwhile.
      return undefined;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  return undefined;
}

/** Undefined for an empty file and for one that was cut short by the death of its writer. */
function holderOf(text: string): Holder | undefined {
  try {
    const place = jsonIn('', text, 'a lock');
    return { pid: place.at('pid').whole(1), host: place.at('host').text(), since: place.at('since').text() };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

function beingWritten(
  path: string,
  lockFile: string,
  holder: Holder | undefined,
  cure: 'end it' | 'remove its lock',
): EnvironmentError {
  const owner = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  const seconds = (Date.now() - Date.parse(holder?.since ?? '')) / 1000;
  const age = Number.isFinite(seconds) ? ` for ${formatSeconds(seconds)} (since ${holder?.since})` : '';
  const todo = cure === 'remove its lock' ? `; if it is gone, remove ${lockFile}` : ', or end it';
  return new EnvironmentError(`${path} is being written by ${owner}${age}: wait until it ends${todo}`);
}
