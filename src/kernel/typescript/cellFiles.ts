import { statSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage } from '../../paths.js';
import type { Ts, TypeScript } from './compiler.js';
import { isLibrary, withoutDocs } from './libraryDocs.js';
import { stampOf } from './ownPaths.js';
import { createSleepingTypes } from './sleepingTypes.js';

/** The files that cells are checked against: virtual ones of the kernel, modules of the user's own, declarations of packages. */
export interface CellFiles {
  /** Changes with every change of any file. */
  readonly version: () => string;
  /** The same, without the cell and the declarations of earlier ones. */
  readonly versionBesideCells: () => string;
  versionOf(path: string): string;
  /** Undefined = there is no such file. */
  snapshotOf(path: string): TypeScript.IScriptSnapshot | undefined;
  /** Puts a virtual file in place. */
  write(path: string, text: string): void;
  /** Reads declarations that have been left out until now, where a text (of a cell, of an error) has to do with them. */
  heed(text: string): boolean;
  /** Whether it is a virtual file. */
  isWritten(path: string): boolean;
  /** Looks at all modules of the user's own: what was edited is read anew. A watch of the system's would come too late for the cell that follows. */
  refresh(): void;
}

interface CellFile {
  version: number;
  snapshot: TypeScript.IScriptSnapshot | undefined;
  /** Of a file that may be edited: its times and size, undefined where it is gone. */
  stamp: string | undefined;
}

/** Virtual files of a folder of cells. */
export interface VirtualFiles {
  readonly cell: string;
  /** What earlier cells declare. */
  readonly declarations: string;
  /** `declare global { }` of earlier cells. */
  readonly globals: string;
}

/** The first two have tslab's names. */
export function virtualFiles(root: string): VirtualFiles {
  return {
    cell: join(root, '__tslab__.ts'),
    declarations: join(root, '__prev__.d.ts'),
    // Names declared there are the global object's, where those of __prev__ are cells'.
    globals: join(root, '__globals__.d.ts'),
  };
}

export function createCellFiles(ts: Ts, virtual: VirtualFiles): CellFiles {
  const written = new Map<string, CellFile & { text: string }>();
  const lasting = new Map<string, CellFile>();
  const edited = new Map<string, CellFile>();
  let changes = 0;
  let changesBeside = 0;
  const ofCells = new Set([virtual.cell, virtual.declarations]);

  const sleeping = createSleepingTypes();

  const readAnew = (path: string, file: CellFile, stamp = file.stamp): void => {
    changes++;
    changesBeside++;
    Object.assign(file, { version: file.version + 1, snapshot: read(path), stamp });
  };
  const wake = (paths: readonly string[]): boolean => {
    for (const path of paths) readAnew(path, lasting.get(path)!);
    return paths.length > 0;
  };
  const read = (path: string): TypeScript.IScriptSnapshot | undefined => {
    const text = ts.sys.readFile(path);
    if (text === undefined) return undefined;
    wake(isLasting(path) ? sleeping.heedDeclarations(path, text) : sleeping.heedCode(text));
    const needed = sleeping.textOf(path, text);
    return ts.ScriptSnapshot.fromString(isLibrary(path) ? withoutDocs(needed) : needed);
  };
  const fileOf = (path: string): CellFile => {
    const known = written.get(path) ?? lasting.get(path) ?? edited.get(path);
    if (known !== undefined) return known;
    const file = { version: 1, snapshot: read(path), stamp: stampIfThere(path) };
    (isLasting(path) ? lasting : edited).set(path, file);
    return file;
  };

  return {
    version: () => String(changes),
    versionBesideCells: () => String(changesBeside),
    versionOf: (path) => String(fileOf(path).version),
    snapshotOf: (path) => fileOf(path).snapshot,
    heed: (text) => wake(sleeping.heedCode(text)),
    isWritten: (path) => written.has(path),
    write(path, text) {
      const before = written.get(path);
      if (before?.text === text) return;
      changes++;
      if (!ofCells.has(path)) changesBeside++;
      const snapshot = ts.ScriptSnapshot.fromString(text);
      written.set(path, { version: (before?.version ?? 0) + 1, snapshot, stamp: undefined, text });
    },
    refresh() {
      for (const [path, file] of edited) {
        const stamp = stampIfThere(path);
        if (stamp !== file.stamp) readAnew(path, file, stamp);
      }
    },
  };
}

/** What a live kernel keeps as it was loaded: packages, and voxlab as it is compiled. */
function isLasting(path: string): boolean {
  return path.includes('/node_modules/') || path.startsWith(`${inPackage('dist')}/`);
}

function stampIfThere(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && stampOf(stats);
}
