import { readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Completion } from './completions.js';
import { isImportable } from './ownPaths.js';

/** An import that is being typed, up to its path. */
const UNFINISHED = /(?:\bfrom\s*|\bimport\s*|\b(?:import|require)\s*\(\s*)(['"])(\.{0,2}\/[^'"\n]*|\.{1,2})$/;

/** Files and folders that a path in an import, as it is typed, may lead to; undefined where no such path is typed. */
export function pathCompletion(
  code: string,
  offset: number,
  folders: readonly string[],
): Completion | undefined {
  const [, , path] = UNFINISHED.exec(code.slice(0, offset)) ?? [];
  if (path === undefined) return undefined;
  if (path === '.' || path === '..') return completionOf([`${path}/`], offset - path.length, offset);
  const folder = path.endsWith('/') ? path : `${dirname(path)}/`;
  const typed = path.slice(path.lastIndexOf('/') + 1);
  const rest = /^[^'"\n/]*(?=['"])/.exec(code.slice(offset))?.[0] ?? '';
  const names = new Set(folders.flatMap((from) => entriesOf(resolve(from, folder))));
  const fitting = [...names].filter((name) => name.startsWith(typed)).sort();
  return completionOf(fitting, offset - typed.length, offset + rest.length);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
      if (entry.isDirectory()) return [`${entry.name}/`];
      return isImportable(entry.name) ? [entry.name] : [];
    });
  } catch {
    return []; // no such folder
  }
}

function completionOf(matches: string[], start: number, end: number): Completion {
  const kinds = new Map(matches.map((match) => [match, match.endsWith('/') ? 'directory' : 'module']));
  return { matches, start, end, kinds };
}
