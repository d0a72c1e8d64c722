import { statSync } from 'node:fs';
import { resolve } from 'node:path';
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

/** The file of a user's own module that an import leads to; undefined for a package and for what does not exist. */
export function ownModulePath(folder: string, name: string): string | undefined {
  if (!isPath(name)) return undefined;
  const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(folder, name);
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
