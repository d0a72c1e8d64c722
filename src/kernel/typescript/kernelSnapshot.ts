import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../../leftBehind.js';
import { inPackage, inRepository, makeFolder, readIfThere } from '../../paths.js';
import type { CellCompiler } from './tslab.js';

/**
 * A kernel's start was nearly all TypeScript reading the declarations of the language and of Node. V8 keeps the memory of a process in
 * which that is done as a file, from which others start: a kernel's first result comes after 0.3 s of work in place of 1.2 s.
 * startKernel.sh chooses the file, a kernel that started without makes it when it has come to rest.
 */
interface Kept {
  /** Where the cells are: the compiler is for that folder. */
  readonly root: string;
  readonly compiler: CellCompiler;
  /** Node gives the console of a process that starts from a snapshot all but this. */
  readonly Console: typeof console.Console;
  /** Of what the compiler has read, and of the kernel's own code. */
  readonly stamps: string;
}

const KEPT = Symbol.for('voxlab.kernel.snapshot');
/** Where startKernel.sh says which file it has looked for. */
const WANTED = 'VOXLAB_SNAPSHOT';
/**
 * Of V8, as in startKernel.sh: hash tables stay as they are, and the sum of the bytes, of a file that only ever is there whole, is not
 * taken by each of the threads: together a third of the time to read a snapshot.
 */
export const SNAPSHOT_OPTIONS = ['--no-rehash-snapshot', '--no-verify-snapshot-checksum'];
/** Compiled by scripts/bundle.mjs: V8 makes a snapshot of one file. */
const PROGRAM = inPackage('dist', 'lib', 'snapshotProgram.cjs');
const TRIAL = inPackage('dist', 'lib', 'snapshotTrial.js');

/** In the process whose memory is kept. */
export function keepForKernel(compiler: CellCompiler): void {
  const root = process.cwd();
  const kept: Kept = { root, compiler, Console: console.Console, stamps: stampsOf(root) };
  (globalThis as Record<symbol, unknown>)[KEPT] = kept;
}

/**
 * The compiler that a process from a snapshot began with, where it fits the folder and nothing that it has read has changed. Gives
 * the console what it has lost.
 */
export function keptCompiler(root: string): CellCompiler | undefined {
  const all = globalThis as Record<symbol, unknown>;
  const kept = all[KEPT] as Kept | undefined;
  delete all[KEPT];
  if (kept !== undefined) {
    Object.defineProperty(console, 'Console', { value: kept.Console, writable: true, configurable: true });
    syncBuiltinESMExports(); // what the kernel imports of it
  }
  return kept?.root === root && kept.stamps === stampsOf(root) ? kept.compiler : undefined;
}

function stampsOf(root: string): string {
  const read = [
    PROGRAM,
    inPackage('package.json'),
    inPackage('src', 'kernel', 'typescript', 'cellLibrary.d.ts'),
    inRepository('node_modules', '.package-lock.json'),
    join(root, 'package.json'),
    join(root, 'node_modules', '.package-lock.json'),
  ];
  return read
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return `${path} ${stats?.mtimeMs} ${stats?.size}`;
    })
    .join('\n');
}

const REST_MS = 5000;
/** A snapshot takes 3 s to make, on a busy machine many times that. */
const LONGEST_MS = 300_000;

/**
 * Says that the kernel has come up, and sees to the snapshot that the next one starts from: makes it, where there is none that
 * fits and the kernel's cells are the project's own. At low priority, when the kernel has been up for a while.
 */
export function seeToSnapshot(root: string, hadOne: boolean, restMs = REST_MS): void {
  const wanted = process.env[WANTED];
  delete process.env[WANTED]; // cells start programs of their own
  if (wanted === undefined || !isWritable(dirname(wanted))) return;
  const own = `${wanted}.tried.${process.pid}`;
  const isStale = existsSync(own) && !hadOne;
  rmSync(own, { force: true });
  if (hadOne || root !== inRepository()) return;
  const ended = kernelsTrying(wanted).filter((kernel) => !isAlive(kernel));
  // Made since this kernel began.
  if (existsSync(wanted) && !isStale && ended.length === 0) return;
  for (const kernel of ended) rmSync(`${wanted}.tried.${kernel}`, { force: true });
  rmSync(wanted, { force: true });
  setTimeout(() => void makeSnapshot(wanted, root), restMs).unref();
}

/** Processes that began with a snapshot and have not said yet that they are up. */
function kernelsTrying(file: string): number[] {
  const start = `${basename(file)}.tried.`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(start))
    .map((name) => Number(name.slice(start.length)));
}

/** A clone that others use as well may not be theirs to write in; their kernels start without. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Makes it beside, tries it, and gives it its name. One with which a kernel would end is made again only when something has changed. */
export async function makeSnapshot(file: string, root: string, trial = TRIAL): Promise<void> {
  const making = `${file}.making`;
  const refused = `${file}.refused`;
  const stamps = stampsOf(root);
  const isRefused = readIfThere(refused) === stamps;
  if (isRefused || isMadeIn(making)) return;
  rmSync(making, { recursive: true, force: true });
  makeFolder(making);
  writeFileSync(join(making, MAKER), String(process.pid));
  const made = join(making, 'blob');
  const from = [...SNAPSHOT_OPTIONS, '--snapshot-blob', made];
  if ((await endOf([...from, '--build-snapshot', PROGRAM])) === 0) {
    const tried = await endOf([...from, trial]);
    if (tried === 0) {
      renameSync(made, file);
      rmSync(refused, { force: true });
    } else if (!STOPPED.includes(tried)) writeFileSync(refused, stamps);
  }
  rmSync(making, { recursive: true, force: true });
}

/** From without, or because it took too long: this says nothing of a snapshot. */
const STOPPED: readonly unknown[] = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP'];

/** Exit code or signal of a program of Node's that runs aside. */
function endOf(words: readonly string[]): Promise<unknown> {
  const child = spawn('nice', [process.execPath, ...words], {
    stdio: 'ignore', // a stream to a pipe would be part of the snapshot (snapshotProgram.ts)
    timeout: LONGEST_MS,
    cwd: inRepository(),
  });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
}

const MAKER = 'kernel';

/** Whether another kernel makes what is in the folder; one that takes too long is no more waited for. */
function isMadeIn(folder: string): boolean {
  try {
    if (Date.now() - statSync(folder).mtimeMs > LONGEST_MS) return false;
    return isAlive(Number(readFileSync(join(folder, MAKER), 'utf8')));
  } catch {
    return false;
  }
}
