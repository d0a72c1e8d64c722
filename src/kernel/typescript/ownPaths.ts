import { type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Endings of modules that the kernel reads by itself, in the order in which an import without one looks for them. */
const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
/** TypeScript's sources by the name that their compiled form would have. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};

/** Whether an import names a file by its path, and not a package. */
export function isPath(name: string): boolean {
  return /^(\.{0,2}\/|\.{1,2}$|file:)/.test(name);
}

/** What an import that names a path leads to, whether or not it is there. */
export function pathFrom(folder: string, name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name) : resolve(folder, name);
}

/** Whether a file is named as a module is, also one that holds data. */
export function isNamedAsModule(name: string): boolean {
  return /\.([mc]?[jt]sx?|json)$/.test(name);
}

/** Whether it is one that an import may name: no declarations. */
export function isImportable(name: string): boolean {
  return isNamedAsModule(name) && !/\.d\.[mc]?ts$/.test(name);
}

/** `@scope/name/file.js` -> `@scope/name`. */
export function packageOf(name: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(name)![0];
}

/** A folder, and those that it lies in. */
export function withFoldersAbove(folder: string): string[] {
  const above = dirname(folder);
  return [folder, ...(above === folder ? [] : withFoldersAbove(above))];
}

/** Another one where the file was written anew. */
export function stampOf({ mtimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${size} ${ino}`;
}

/** The file of a user's own module that an import leads to; undefined for a package and for what does not exist. */
export function ownModulePath(folder: string, name: string): string | undefined {
  if (!isPath(name)) return undefined;
  const path = pathFrom(folder, name);
  if (path.includes('/node_modules/')) return undefined;
  const [, stem, ending] = /^(.*?)(\.[mc]?jsx?)?$/s.exec(path)!;
  const candidates = [
    ...(SOURCES[ending ?? ''] ?? []).map((source) => stem + source),
    path,
    ...ENDINGS.map((each) => path + each),
    ...ENDINGS.map((each) => `${path}/index${each}`),
  ];
  return candidates.find(
    (candidate) => ENDINGS.some((each) => candidate.endsWith(each)) && isFile(candidate),
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
