import { basename, isAbsolute, relative, sep } from 'node:path';
import { REPOSITORY_ROOT } from './paths.js';

/**
 * A path as a file says it that is handed on to people of other machines: from the project's folder; of what lies elsewhere the
 * name alone.
 */
export function sharedPath(path: string): string {
  const below = relative(REPOSITORY_ROOT, path);
  return below.split(sep)[0] === '..' || isAbsolute(below) ? basename(path) : below;
}

/** A document (plain JSON) whose texts that are absolute paths are said as sharedPath() says them. */
export function withSharedPaths(document: unknown): unknown {
  if (typeof document === 'string') return isAbsolute(document) ? sharedPath(document) : document;
  if (Array.isArray(document)) return document.map(withSharedPaths);
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, withSharedPaths(value)]));
}

/** An absolute path inside of a sentence: folders without blanks, quotes and brackets, behind what begins a word. */
const PLACE = /(?<![\w./~%-])(?:\/[^\s/'"()[\]{},;:]+)*\/(?=[^\s/'"()[\]{},;:])/g;

/**
 * A sentence (the reason of an error) without the places of this machine: what lies below `folder`, the project's or the user's own
 * is said from there, of other absolute paths the last name is left.
 */
export function withoutPlaces(sentence: string, folder: string): string {
  const below = folder === '' || folder.endsWith(sep) ? folder : `${folder}${sep}`;
  const said = below === '' ? sentence : sentence.replaceAll(below, '').replaceAll(folder, basename(folder));
  const own = said.replaceAll(`${REPOSITORY_ROOT}${sep}`, '');
  // What lies below it may have blanks in its path.
  const home = process.env.HOME ?? '';
  return (home.length < 2 ? own : own.replaceAll(`${home}${sep}`, '')).replace(PLACE, '');
}
