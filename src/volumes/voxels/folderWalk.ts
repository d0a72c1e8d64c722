import { type Dirent, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemReason } from '../../paths.js';
import { entriesIn } from './inputFile.js';

/** A folder with those of its files that are looked for, by name; or why it cannot be opened. */
export type WalkedFolder =
  | { readonly folder: string; readonly files: readonly string[] }
  | { readonly folder: string; readonly reason: string };

/**
 * A folder, then the folders below it by name, each folder and file once, whatever links lead to it. A folder below that cannot
 * be opened holds back none of the others; a link that leads nowhere counts as a file. Throws InputError for `folder` itself.
 */
export function* walkFolders(folder: string, isWanted: (name: string) => boolean): Generator<WalkedFolder> {
  const seen = new Set<string>();
  const isNew = (real: string): boolean => !seen.has(real) && seen.add(real) !== undefined;
  const look = function* (path: string): Generator<WalkedFolder> {
    const real = realpathSync(path);
    if (!isNew(real)) return;
    // The system's own folder at the root of a disk is open to nobody.
    const entries = entriesIn(path).filter(({ name }) => !name.startsWith('.') && name !== 'lost+found');
    const isNewFile = (entry: Dirent): boolean => {
      const kind = kindOf(entry, path);
      if (kind !== 'file') return kind === 'lost link';
      return isNew(entry.isSymbolicLink() ? realpathSync(join(path, entry.name)) : join(real, entry.name));
    };
    const files = entries.filter((entry) => isWanted(entry.name) && isNewFile(entry));
    yield { folder: path, files: files.map(({ name }) => join(path, name)) };
    for (const entry of entries)
      if (kindOf(entry, path) === 'folder') yield* lookBelow(join(path, entry.name));
  };
  const lookBelow = function* (path: string): Generator<WalkedFolder> {
    try {
      yield* look(path);
    } catch (error) {
      const reason = isMisread(path)
        ? 'the name of the folder is not UTF-8: rename it'
        : `the folder cannot be opened (${systemReason(error)})`;
      yield { folder: path, reason };
    }
  };
  yield* look(folder);
}

/** A name in another encoding is shown with this sign, and leads nowhere. */
export function isMisread(path: string): boolean {
  return basename(path).includes('\ufffd');
}

/** Pipes and devices are other things: opening them would wait forever. */
function kindOf(entry: Dirent, folder: string): 'file' | 'folder' | 'lost link' | 'other' {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'other';
  try {
    const target = statSync(join(folder, entry.name));
    if (target.isFile()) return 'file';
    return target.isDirectory() ? 'folder' : 'other';
  } catch {
    // Also one that leads to itself.
    return 'lost link';
  }
}
