import { spawn } from 'node:child_process';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { inPackage, inRepository, makeFolder } from '../../paths.js';
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
/** A snapshot takes 3 s to make, on a busy machine several times that. */
const LONGEST_MS = 300_000;

/**
 * Says that the kernel has come up, and sees to the snapshot that the next one starts from: makes it, where this kernel had none that
 * fits and its cells are the project's own. At low priority, when the kernel has been up for a while.
 */
export function seeToSnapshot(root: string, hadOne: boolean, restMs = REST_MS): void {
  const wanted = process.env[WANTED];
  delete process.env[WANTED]; // cells start programs of their own
  if (wanted === undefined) return;
  rmSync(`${wanted}.tried`, { recursive: true, force: true });
  if (hadOne || root !== inRepository()) return;
  rmSync(wanted, { force: true }); // where there is one, it is of an earlier build: nobody should start from it
  setTimeout(() => makeSnapshot(wanted), restMs).unref();
}

function makeSnapshot(file: string): void {
  const making = `${file}.making`;
  if (isMadeIn(making)) return; // by another kernel
  rmSync(making, { recursive: true, force: true });
  makeFolder(making);
  writeFileSync(join(making, 'kernel'), String(process.pid));
  const made = join(making, 'blob');
  const ended = (code: number | null): void => {
    if (code === 0) renameSync(made, file);
    rmSync(making, { recursive: true, force: true });
  };
  const words = [process.execPath, ...SNAPSHOT_OPTIONS, '--snapshot-blob', made, '--build-snapshot', PROGRAM];
  const maker = spawn('nice', words, {
    stdio: 'ignore', // a stream to a pipe would be part of the snapshot (snapshotProgram.ts)
    timeout: LONGEST_MS,
    cwd: inRepository(),
  });
  maker.on('error', () => ended(null));
  maker.on('exit', ended);
  maker.unref();
}

/** Whether the kernel that began there is still alive: the maker ends with it. */
function isMadeIn(folder: string): boolean {
  try {
    return process.kill(Number(readFileSync(join(folder, 'kernel'), 'utf8')), 0);
  } catch {
    return false;
  }
}
