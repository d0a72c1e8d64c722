import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as TypeScript from '@tslab/typescript-for-tslab';
import type { Converter, Diagnostic as TslabDiagnostic } from 'tslab/dist/converter.js';
import { EnvironmentError } from '../errors.js';
import { inPackage } from '../paths.js';
import { requireWithCodeCache } from './codeCache.js';
import { jupyterFolder } from './kernelSpec.js';
import { createLeanPrograms } from './leanProgram.js';
import { isLibrary, libraryDocsAt, withoutDocs } from './libraryDocs.js';
import { writeOutShorthand } from './shorthand.js';
import { createTypeNames, type TypeNames } from './typeNames.js';

/**
 * The one file that knows tslab's internals. tslab brings the cell compiler: a watch program over two virtual files,
 * the cell and the declarations of earlier cells. Executor, protocol and display are the kernel's own.
 */
export const TSLAB_VERSION = '1.0.22';

export type { TypeScript };
export type Ts = typeof TypeScript;

/** A complaint of the type checker; line and column count from 1. */
export interface Diagnostic {
  /** Undefined = the cell. */
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  /** Characters marked. */
  readonly length: number;
  readonly code: number;
  readonly message: string;
}

/** A checked cell as an ES module, still to be lowered to what can run. */
export interface CheckedCell {
  /** Not empty = the cell must not run, and the rest is empty. */
  readonly diagnostics: readonly Diagnostic[];
  readonly moduleText: string;
  /** Source map from moduleText to the cell; its lines are `lineOffset` too high. */
  readonly sourceMap: string;
  /** Declarations of this and all earlier cells, for the next. */
  readonly declarations: string;
  /** Modules that stand as .ts or .js files below the project's root and were imported. */
  readonly localModules: readonly { readonly path: string; readonly moduleText: string }[];
}

export interface Completion {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
  /** TypeScript's kind of each match (`function`, `const`, ...). */
  readonly kinds: ReadonlyMap<string, string>;
}

export interface CellCompiler {
  readonly ts: Ts;
  check(code: string, declarations: string): CheckedCell;
  /** `offset` counts UTF-16 units. */
  complete(code: string, offset: number, declarations: string): Completion;
  inspect(code: string, offset: number, declarations: string): string | undefined;
  close(): void;
}

/** tslab puts `export {};` and a line end before each cell. */
export const LINE_OFFSET = 1;
const CELL_PREFIX = 'export {};\n';
/** The name under which tslab exports the value of a cell's last expression (a number follows if the cell uses it). */
export const LAST_EXPRESSION = /^tsLastExpr\d*$/;

const CELL_LIBRARY = inPackage('src', 'kernel', 'cellLibrary.d.ts');

/** Makes a compiler for cells; the working directory must be the project's root. Takes about a second. */
export function createCellCompiler(packages: NodeJS.Require = createRequire(import.meta.url)): CellCompiler {
  const { ts, seenByTslab } = loadTypeScript(packages);
  const emitted: Emitted = { sourceMap: '', program: undefined };
  const names = createTypeNames(process.cwd());
  Object.assign(seenByTslab, {
    createWatchCompilerHost: adaptedWatchHost(ts, emitted, names),
    // tslab lowers to CommonJS with this call; the kernel lowers by itself, so the text comes through unchanged.
    transpileModule: (text: string) => ({ outputText: text }),
    getPreEmitDiagnosticsOfFiles: diagnosed(seenByTslab, names),
  });
  const { createConverter } = packages('tslab/dist/converter.js') as { createConverter(): Converter };
  const { printQuickInfo } = packages('tslab/dist/inspect.js') as {
    printQuickInfo(info: TypeScript.QuickInfo): string;
  };
  let converter = createConverter();
  let madeAtMs = Date.now();
  const convert: Converter['convert'] = (declarations, code) => {
    const converted = converter.convert(declarations, code);
    if (!converted.diagnostics.some((said) => isInstalledSince(said, madeAtMs))) return converted;
    converter.close();
    converter = createConverter();
    madeAtMs = Date.now();
    return converter.convert(declarations, code);
  };

  return {
    ts,
    check(code, declarations) {
      const converted = convert(declarations, code);
      return {
        diagnostics: converted.diagnostics.map(diagnosticOf),
        moduleText: converted.output ?? '',
        sourceMap: emitted.sourceMap,
        // Each emit puts this line first; node's types are there anyway.
        declarations: (converted.declOutput ?? '').replaceAll('/// <reference types="node" />\n', ''),
        localModules: (converted.sideOutputs ?? []).map(({ path, data }) => ({ path, moduleText: data })),
      };
    },
    complete(code, offset, declarations) {
      const { candidates, start, end, original } = converter.complete(declarations, code, offset);
      const entries = original?.entries ?? [];
      return {
        matches: candidates,
        start,
        end,
        kinds: new Map(entries.map(({ name, kind }) => [name, kind])),
      };
    },
    inspect(code, offset, declarations) {
      const info: TypeScript.QuickInfo | undefined = converter.inspect(declarations, code, offset);
      if (info === undefined) return undefined;
      const text = printQuickInfo(withNamedTags(info));
      const cell = join(process.cwd(), '__tslab__.ts');
      const docs = emitted.program && libraryDocsAt(ts, emitted.program, cell, offset + CELL_PREFIX.length);
      return docs === undefined ? text : `${text}\n\n${docs}`;
    },
    close: () => converter.close(),
  };
}

/** tslab prints what a tag says and not its name: an example stands apart, and a deprecation says that it is one. */
function withNamedTags(info: TypeScript.QuickInfo): TypeScript.QuickInfo {
  const names: Readonly<Record<string, string>> = { example: '\nExample:\n', deprecated: '\nDeprecated ' };
  const tags = info.tags?.map((tag) => {
    const name = names[tag.name];
    return name === undefined ? tag : { ...tag, text: [{ kind: 'text', text: name }, ...(tag.text ?? [])] };
  });
  return tags === undefined ? info : { ...info, tags };
}

function diagnosticOf({ fileName, start, end, code, messageText }: TslabDiagnostic): Diagnostic {
  return {
    file: fileName,
    line: start.line + 1,
    column: start.character + 1,
    length: Math.max(1, end.offset - start.offset),
    code,
    message: messageText,
  };
}

/** What passes by inside of tslab's converter. */
interface Emitted {
  sourceMap: string;
  program: TypeScript.Program | undefined;
}

/** TS2307, "Cannot find module 'x'", of a package that came into node_modules after that time. */
function isInstalledSince({ code, messageText }: TslabDiagnostic, timeMs: number): boolean {
  const [, name] = /^Cannot find module '((?:@[^/']+\/)?[^/'.][^/']*)/.exec(messageText) ?? [];
  if (code !== 2307 || name === undefined) return false;
  const stats = statSync(join('node_modules', name), { throwIfNoEntry: false });
  return stats !== undefined && stats.ctimeMs > timeMs;
}

/** The compiler, and the copy of its exports that tslab's own modules will get and whose members can be replaced. */
function loadTypeScript(packages: NodeJS.Require): { ts: Ts; seenByTslab: SeenByTslab } {
  const { version } = packages('tslab/package.json') as { version: string };
  if (version !== TSLAB_VERSION)
    throw new EnvironmentError(
      `the kernel knows the internals of tslab ${TSLAB_VERSION}, node_modules holds ${version}: run npm ci`,
    );
  const path = packages.resolve('@tslab/typescript-for-tslab', {
    paths: [dirname(packages.resolve('tslab/package.json'))],
  });
  // Nine megabytes of JavaScript: V8's cache saves compiling them at each start. Kept when the kernel has come to rest.
  const loaded = requireWithCodeCache(path, jupyterFolder('cache', `typescript-${process.version}.bin`));
  if (!loaded.fromCache) setTimeout(() => loaded.keep(), 5000).unref();
  const ts = loaded.exports as Ts;
  const seenByTslab = { ...ts } as unknown as SeenByTslab;
  packages.cache[path]!.exports = seenByTslab;
  return { ts, seenByTslab };
}

/** A function of tslab's fork that TypeScript does not have. */
interface SeenByTslab {
  getPreEmitDiagnosticsOfFiles: Diagnose;
}
type Diagnose = (...args: unknown[]) => TypeScript.Diagnostic[];

/** Diagnoses as tslab does before it emits, but for TS2742: a type's name holds a path of node_modules, which never leave this folder. */
function diagnosed({ getPreEmitDiagnosticsOfFiles: diagnose }: SeenByTslab, names: TypeNames): Diagnose {
  return (...args) => names.naming(() => diagnose(...args)).filter(({ code }) => code !== 2742);
}

/**
 * tslab fixes its compiler options in code. Ours: strict, today's library, packages that name their types in `exports`,
 * `await (…)` and `for await` at the top, and a source map, so that a traceback can point into the cell.
 */
function adaptedWatchHost(ts: Ts, emitted: Emitted, names: TypeNames) {
  return (
    files: string[],
    options: TypeScript.CompilerOptions,
    system: unknown,
    _createProgram: unknown,
    ...reporters: unknown[]
  ): object => {
    const create = ts.createWatchCompilerHost as unknown as (...args: unknown[]) => WatchHost;
    const host = create(
      [...files, CELL_LIBRARY],
      {
        ...options,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        strict: true,
        lib: ['lib.es2023.d.ts'],
        types: ['node'],
        paths: names.paths,
        disableTopLevelAwait: false,
        experimentalDecorators: false,
        sourceMap: true,
      },
      system,
      createLeanPrograms(ts),
      ...reporters,
    );
    const { readFile, watchFile, fileExists } = host;
    host.readFile = (path, encoding) => {
      const text = readFile(path, encoding);
      return text !== undefined && isLibrary(path) ? withoutDocs(text) : text;
    };
    // Watching packages and the folders in which an import was not found took a quarter of the start; what is installed
    // while the kernel runs is found by a new converter. The cell itself is a file of the root, which may lie in a package.
    host.watchFile = (path, ...more) =>
      path.includes('/node_modules/') && dirname(path) !== process.cwd()
        ? NOT_WATCHED
        : watchFile(path, ...more);
    host.watchDirectory = () => NOT_WATCHED;
    host.fileExists = (path) => !names.hides(path) && fileExists(path);
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
  watchFile: (path: string, ...more: unknown[]) => { close(): void };
  watchDirectory: (path: string) => { close(): void };
  afterProgramCreate: (program: TypeScript.EmitAndSemanticDiagnosticsBuilderProgram) => void;
}

/** Emits with shorthand properties written out (tslab forgets them) and keeps the cell's source map, which tslab drops. */
function adaptedEmit(
  ts: Ts,
  program: TypeScript.EmitAndSemanticDiagnosticsBuilderProgram,
  emitted: Emitted,
  names: TypeNames,
): TypeScript.EmitAndSemanticDiagnosticsBuilderProgram {
  const emit = program.emit.bind(program);
  program.emit = (file, write, cancel, onlyDeclarations, transformers) =>
    names.naming(() =>
      emit(
        file,
        (fileName, text, ...rest) => {
          if (fileName.endsWith('__tslab__.js.map')) emitted.sourceMap = text;
          write?.(fileName, text, ...rest);
        },
        cancel,
        onlyDeclarations,
        { ...transformers, before: [writeOutShorthand(ts, program.getProgram().getTypeChecker())] },
      ),
    );
  return program;
}
