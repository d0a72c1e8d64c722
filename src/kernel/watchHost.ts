import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readJson } from '../jsonPlace.js';
import { inPackage } from '../paths.js';
import { createLeanPrograms } from './leanProgram.js';
import { isLibrary, withoutDocs } from './libraryDocs.js';
import { readableCode } from './newerSyntax.js';
import { writeOutShorthand } from './shorthand.js';
import type { Ts, TypeScript } from './tslab.js';
import type { TypeNames } from './typeNames.js';

/** What passes by inside of tslab's converter. */
export interface Emitted {
  sourceMap: string;
  program: TypeScript.Program | undefined;
  diagnostics: readonly TypeScript.Diagnostic[];
  /** What cells have declared for all that follow (`declare global`), and how the program hears of a change. */
  readonly globals: { text: string; changed?: (path: string, kind: TypeScript.FileWatcherEventKind) => void };
}

/** A virtual file of the kernel's own: names declared there are the global object's, where those of __prev__ are cells'. */
export function globalsFile(): string {
  return join(process.cwd(), '__globals__.d.ts');
}

/** Files of a program that may be edited. */
export interface WatchedFiles {
  watch(
    path: string,
    changed: (path: string, kind: TypeScript.FileWatcherEventKind) => void,
  ): { close(): void };
  /** Looks at all of them and tells the program what was edited since. */
  refresh(): void;
}

/** Looks at files when it is asked to, ahead of each cell: a watch of the system's would come too late for the cell that follows. */
export function createWatchedFiles(ts: Ts): WatchedFiles {
  type Changed = Parameters<WatchedFiles['watch']>[1];
  const files = new Map<string, { stamp: string | undefined; changed: Changed }>();
  return {
    watch(path, changed) {
      files.set(path, { stamp: stampOf(path), changed });
      return { close: () => void files.delete(path) };
    },
    refresh() {
      for (const [path, file] of [...files]) {
        const stamp = stampOf(path);
        if (stamp === file.stamp) continue;
        const { Changed, Created, Deleted } = ts.FileWatcherEventKind;
        const kind = stamp === undefined ? Deleted : file.stamp === undefined ? Created : Changed;
        file.stamp = stamp;
        file.changed(path, kind);
      }
    },
  };
}

function stampOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}

const CELL_LIBRARY = inPackage('src', 'kernel', 'cellLibrary.d.ts');
/** tslab's virtual files: the cell, and the declarations of earlier ones. */
const VIRTUAL = /\/(__tslab__|__prev__)\.(d\.)?ts$/;

/**
 * tslab fixes its compiler options in code. Ours: strict, today's library, packages that name their types in `exports`, or have none,
 * modules from anywhere, `await (…)` and `for await` at the top, and a source map, so that a traceback can point into the cell.
 */
export function adaptedWatchHost(ts: Ts, emitted: Emitted, names: TypeNames, watched: WatchedFiles) {
  return (
    files: string[],
    options: TypeScript.CompilerOptions,
    system: unknown,
    _createProgram: unknown,
    ...reporters: unknown[]
  ): object => {
    const create = ts.createWatchCompilerHost as unknown as (...args: unknown[]) => WatchHost;
    const host = create(
      [...files, CELL_LIBRARY, globalsFile()],
      {
        ...options,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        strict: true,
        lib: ['lib.es2023.d.ts'],
        types: ['node'],
        paths: { ...names.paths, ...pathsOfVoxlab() },
        disableTopLevelAwait: false,
        experimentalDecorators: false,
        // JavaScript of the user's own has the types that TypeScript reads out of it, and is not checked itself; that of packages is `any`.
        allowJs: true,
        checkJs: false,
        maxNodeModuleJsDepth: 0,
        rootDir: '/',
        sourceMap: true,
      },
      system,
      createLeanPrograms(ts),
      ...reporters,
    );
    adaptFiles(ts, host, emitted, names, watched);
    let afterProgramCreate: WatchHost['afterProgramCreate'];
    return Object.defineProperty(host, 'afterProgramCreate', {
      get: () => afterProgramCreate,
      set(tslabs: WatchHost['afterProgramCreate']) {
        afterProgramCreate = (program) => {
          emitted.program = program.getProgram();
          tslabs(adaptedEmit(ts, program, emitted, names));
        };
      },
    });
  };
}

const NOT_WATCHED = { close() {} };

interface WatchHost {
  readFile: (path: string, encoding?: string) => string | undefined;
  fileExists: (path: string) => boolean;
  watchFile: (
    path: string,
    changed: (path: string, kind: TypeScript.FileWatcherEventKind) => void,
    ...more: unknown[]
  ) => { close(): void };
  watchDirectory: (path: string) => { close(): void };
  afterProgramCreate: (program: TypeScript.EmitAndSemanticDiagnosticsBuilderProgram) => void;
}

function adaptFiles(
  ts: Ts,
  host: WatchHost,
  { globals }: Emitted,
  names: TypeNames,
  watched: WatchedFiles,
): void {
  const globalsPath = globalsFile();
  const { readFile, watchFile, fileExists } = host;
  host.readFile = (path, encoding) => {
    if (path === globalsPath) return `export {};\n${globals.text}`;
    const text = readFile(path, encoding);
    if (text === undefined || VIRTUAL.test(path)) return text;
    if (isLibrary(path)) return withoutDocs(text);
    return path.includes('/node_modules/') || !/(?<!\.d)\.[mc]?[jt]sx?$/.test(path)
      ? text
      : readableCode(ts, text).text;
  };
  // What is installed while the kernel runs is found by a new converter. The cell itself is a file of the root, which
  // may lie in a package.
  host.watchFile = (path, changed, ...more) => {
    if (path === globalsPath) {
      globals.changed = changed;
      return NOT_WATCHED;
    }
    if (VIRTUAL.test(path) && dirname(path) === process.cwd()) return watchFile(path, changed, ...more);
    return path.includes('/node_modules/') ? NOT_WATCHED : watched.watch(path, changed);
  };
  host.watchDirectory = () => NOT_WATCHED;
  host.fileExists = (path) => path === globalsPath || (!names.hides(path) && fileExists(path));
}

/** Where the types of voxlab lie, which is found from any folder: the project's own, else that in whose kernel the cells run. */
function pathsOfVoxlab(): Record<string, string[]> {
  const description = voxlabFrom(process.cwd());
  const doors = readJson(description, "voxlab's package.json").at('exports').entries();
  return Object.fromEntries(
    doors.flatMap(([door, target]) => {
      const types = typeof target.value === 'string' ? undefined : target.at('types');
      return types?.isThere === true
        ? [[`voxlab${door.slice(1)}`, [join(dirname(description), types.text())]]]
        : [];
    }),
  );
}

function voxlabFrom(folder: string): string {
  try {
    return createRequire(join(folder, 'cell.js')).resolve('voxlab/package.json');
  } catch {
    return inPackage('package.json');
  }
}

/**
 * Emits the cell alone, under the name that tslab expects, with shorthand properties written out (tslab forgets them), and
 * keeps the cell's source map, which tslab drops. The modules that it imports are lowered when they are run.
 */
function adaptedEmit(
  ts: Ts,
  program: TypeScript.EmitAndSemanticDiagnosticsBuilderProgram,
  emitted: Emitted,
  names: TypeNames,
): TypeScript.EmitAndSemanticDiagnosticsBuilderProgram {
  const emit = program.emit.bind(program);
  program.emit = (file, write, cancel, onlyDeclarations, transformers) => {
    if (file !== undefined && !VIRTUAL.test(file.fileName)) return { emitSkipped: true, diagnostics: [] };
    return names.naming(() =>
      emit(
        file,
        (path, text, ...rest) => {
          const [, name] = /\/(__tslab__\.[^/]*)$/.exec(path) ?? [];
          if (name === '__tslab__.js.map') emitted.sourceMap = text;
          write?.(name === undefined ? path : `outDir/${name}`, text, ...rest);
        },
        cancel,
        onlyDeclarations,
        { ...transformers, before: [writeOutShorthand(ts, program.getProgram().getTypeChecker())] },
      ),
    );
  };
  return program;
}
