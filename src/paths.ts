import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError, InputError, messageOf } from './errors.js';
import { besideOf } from './leftBehind.js';

/** Where the program's own files lie: the clone, or the package in a project's node_modules. This file is compiled to dist/src/. */
const PACKAGE_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * The project's folder: it holds configs, data and runs, and what the set-up brings. The clone itself, or where voxlab is
 * installed as a package, the folder of the outermost node_modules; VOXLAB_HOME names another. Paths in configuration files are
 * relative to it.
 */
export const REPOSITORY_ROOT = projectOf(PACKAGE_ROOT, process.env.VOXLAB_HOME);

/** What to type for a command that a clone has as a script of npm, too. */
export function typed(command: 'start' | 'lab' | 'setup' | 'build'): string {
  // A package is built before it is packed.
  if (REPOSITORY_ROOT !== PACKAGE_ROOT)
    return command === 'build' ? 'npm install --ignore-scripts voxlab-VERSION.tgz' : `npx voxlab ${command}`;
  return command === 'start' ? 'npm start' : `npm run ${command}`;
}

/** The folder of a project, from that of the program. */
export function projectOf(packageRoot: string, home: string | undefined): string {
  if (home !== undefined && home !== '') return resolve(home);
  const modules = packageRoot.indexOf(`${sep}node_modules${sep}`);
  return modules < 0 ? packageRoot : packageRoot.slice(0, modules) || sep;
}

/**
 * A path below the project's folder; an absolute part stays as it is.
 * @example
 * const table = inRepository('data', 'raw', 'candidates_V2.csv');
 * console.log(table);
 */
export function inRepository(...parts: string[]): string {
  return resolve(REPOSITORY_ROOT, ...parts);
}

/** The clone's own place for everything of Jupyter; nothing is written outside the clone. */
export function jupyterFolder(...parts: string[]): string {
  return inRepository('.jupyter', ...parts);
}

/** A path of a file that comes with the program. */
export function inPackage(...parts: string[]): string {
  return resolve(PACKAGE_ROOT, ...parts);
}

/** The project's own file of this name, where it has one, else the one that comes with the program. */
export function inEither(...parts: string[]): string {
  const own = inRepository(...parts);
  return existsSync(own) ? own : inPackage(...parts);
}

/** Makes a folder and those above it, one by one: Node's own `recursive` never comes back below /proc. Throws EnvironmentError. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(folder))
      throw new EnvironmentError(
        `the folder ${folder} cannot be made (${systemReason(error)}): choose another`,
        { cause: error },
      );
  }
}

/** False for what is not there, and for a link that leads nowhere. */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Writes beside, under a name of this call's own, then renames: a reader sees the old file or the whole new one, also with
 * several writers and after a power cut. `flush: false` for what is large and checked anyway when it is read: it may be torn
 * by a power cut. Makes the folder. Throws EnvironmentError.
 */
export function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  { flush = true }: { readonly flush?: boolean } = {},
): void {
  makeFolder(dirname(path));
  const beside = besideOf(path);
  try {
    const file = openSync(beside, 'wx');
    try {
      writeFileSync(file, content);
      if (flush) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw cannotWrite(path, error);
  }
}

/**
 * Makes a link beside, and renames it: what was there (a link, a file of an earlier version, a folder where a copy of a run has
 * followed its links) is replaced, and a reader sees the old or the new one. `target` is relative to the link's folder.
 * Throws the system's error.
 */
export function replaceLink(link: string, target: string): void {
  const beside = `${link}.partial`;
  rmSync(beside, { force: true });
  symlinkSync(target, beside);
  if (lstatSync(link, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(link, { recursive: true });
  renameSync(beside, link);
}

/** A path as a user in this folder would type it. */
export function fromHere(path: string): string {
  return relative(process.cwd(), path) || path;
}

/** What a user reads of a disk that is full, or a folder that is not theirs. */
export function cannotWrite(path: string, error: unknown): EnvironmentError {
  return new EnvironmentError(
    `${path} cannot be written (${systemReason(error)}): make room on the disk or choose another folder`,
    { cause: error },
  );
}

/** What a user reads of a file that is not there, or that the system would not open; `expected` is a noun: `a table`. */
export function cannotRead(path: string, expected: string, error: unknown): InputError {
  const reason =
    (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? `expected ${expected}, found nothing: see that its path is right`
      : `expected ${expected} that can be read (${systemReason(error)})`;
  return new InputError(path, reason, { cause: error });
}

/** What the system said, without a path: `EACCES: permission denied`. */
export function systemReason(error: unknown): string {
  return messageOf(error).replace(/, \w+( '.*')?$/, '');
}
