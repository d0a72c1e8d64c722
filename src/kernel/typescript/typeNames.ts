import { join } from 'node:path';
import { withFoldersAbove } from './ownPaths.js';

/** How a package's file is named that the `exports` of its package do not name. */
const FILE_OF_PACKAGE = 'file-of-package';

/**
 * How the declarations of a cell name types in packages. Where the `exports` of a package do not name the file of a type,
 * TypeScript falls back on its path below node_modules, refuses that (TS2742) and emits no declarations at all: later cells would
 * know none of the cell's variables. Here such a file has a name of its own.
 */
export interface TypeNames {
  /** For the compiler's options. */
  readonly paths: Readonly<Record<string, string[]>>;
  /** Whether the compiler must not see a file now. */
  hides(path: string): boolean;
  /** Runs what names types: emitting, and looking for what it will fail on. */
  naming<T>(work: () => T): T;
}

/** `root`: the folder of the cells. */
export function createTypeNames(root: string): TypeNames {
  // A package's file gets a name by `paths` only where the cell is of another package; TypeScript asks whether both are of one.
  const ownPackages = new Set(withFoldersAbove(root).map((folder) => join(folder, 'package.json')));
  let isNaming = false;
  return {
    paths: { [`${FILE_OF_PACKAGE}/*`]: ['./node_modules/*'] },
    hides: (path) => isNaming && ownPackages.has(path),
    naming(work) {
      isNaming = true;
      try {
        return work();
      } finally {
        isNaming = false;
      }
    },
  };
}
