import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as TypeScript from '@tslab/typescript-for-tslab';
import type { Converter } from 'tslab/dist/converter.js';
import { EnvironmentError } from '../errors.js';
import {
  CELL_PREFIX,
  type Diagnostic,
  diagnosticsOf,
  LINE_OFFSET,
  NOT_SAID,
  syntaxErrors,
} from './cellDiagnostics.js';
import { requireWithCodeCache } from './codeCache.js';
import { type Completion, completionsAt } from './completions.js';
import { jupyterFolder } from './kernelSpec.js';
import { libraryDocsAt } from './libraryDocs.js';
import { readableCode, type UsingAt, usingFinder } from './newerSyntax.js';
import { isPath, ownModulePath } from './ownPaths.js';
import { callAt } from './signature.js';
import { locateBy } from './stackPlaces.js';
import { createTypeNames, type TypeNames } from './typeNames.js';
import { adaptedWatchHost, createWatchedFiles, type Emitted, globalsFile } from './watchHost.js';

/**
 * The one file that knows tslab's internals. tslab brings the cell compiler: a watch program over two virtual files,
 * the cell and the declarations of earlier cells. Executor, protocol and display are the kernel's own.
 */
export const TSLAB_VERSION = '1.0.22';

export type { TypeScript };
export type Ts = typeof TypeScript;

/** A checked cell as an ES module, still to be lowered to what can run. */
export interface CheckedCell {
  /** Not empty = the cell must not run, and the rest is empty. */
  readonly diagnostics: readonly Diagnostic[];
  readonly moduleText: string;
  /** Source map from moduleText to the cell; its lines are `lineOffset` too high. */
  readonly sourceMap: string;
  /** How much further right a place in what was checked lies than in the cell. */
  readonly backAt?: (line: number, column: number) => number;
  /** Which of moduleText's declarations are `using`. */
  readonly usingAt: UsingAt;
  /** Declarations of this and all earlier cells, for the next. */
  readonly declarations: string;
}

export interface CellCompiler {
  readonly ts: Ts;
  /** `declare global { }` of earlier cells. */
  setGlobals(text: string): void;
  check(code: string, declarations: string): CheckedCell;
  /** `offset` counts UTF-16 units. */
  complete(code: string, offset: number, declarations: string): Completion;
  inspect(code: string, offset: number, declarations: string): string | undefined;
  close(): void;
}

/** The name under which tslab exports the value of a cell's last expression (a number follows if the cell uses it). */
export const LAST_EXPRESSION = /^tsLastExpr\d*$/;

const NOTHING = { moduleText: '', sourceMap: '', usingAt: () => undefined, declarations: '' };

/** Makes a compiler for cells; the working directory must be the project's root. Takes about a second. */
export function createCellCompiler(packages: NodeJS.Require = createRequire(import.meta.url)): CellCompiler {
  const { ts, seenByTslab } = loadCompiler(packages);
  const emitted: Emitted = { sourceMap: '', program: undefined, diagnostics: [], globals: { text: '' } };
  const cell = join(process.cwd(), '__tslab__.ts');
  const names = createTypeNames(process.cwd());
  const watched = createWatchedFiles(ts);
  Object.assign(seenByTslab, {
    createWatchCompilerHost: adaptedWatchHost(ts, emitted, names, watched),
    // tslab lowers to CommonJS with this call; the kernel lowers by itself, so the text comes through unchanged.
    transpileModule: (text: string) => ({ outputText: text }),
    getPreEmitDiagnosticsOfFiles: diagnosed(seenByTslab, names, emitted),
  });
  const { createConverter } = packages('tslab/dist/converter.js') as { createConverter(): Converter };
  const { printQuickInfo } = packages('tslab/dist/inspect.js') as {
    printQuickInfo(info: TypeScript.QuickInfo): string;
  };
  let converter = createConverter();
  let madeAtMs = Date.now();
  const convert: Converter['convert'] = (declarations, code) => {
    watched.refresh();
    const converted = converter.convert(declarations, code);
    if (!emitted.diagnostics.some((said) => isThereNow(said, madeAtMs))) return converted;
    converter.close();
    converter = createConverter();
    madeAtMs = Date.now();
    return converter.convert(declarations, code);
  };

  /** The program in which the code is the cell, and what is said of the place. */
  const programOf = (code: string, offset: number, declarations: string) => {
    watched.refresh();
    const info: TypeScript.QuickInfo | undefined = converter.inspect(
      declarations,
      readableCode(ts, code).text,
      offset,
    );
    const program = emitted.program!;
    return { program, file: program.getSourceFile(cell)!, info };
  };

  return {
    ts,
    setGlobals(text) {
      if (text === emitted.globals.text) return;
      emitted.globals.text = text;
      emitted.globals.changed?.(globalsFile(), ts.FileWatcherEventKind.Changed);
    },
    check(code, declarations) {
      const readable = readableCode(ts, code);
      const unfinished = syntaxErrors(ts, readable.text);
      if (unfinished.length > 0) return { diagnostics: unfinished, ...NOTHING };
      const { output, declOutput } = convert(declarations, readable.text);
      const diagnostics = diagnosticsOf(ts, emitted.diagnostics, cell);
      if (diagnostics.length > 0 || output === undefined) return { diagnostics, ...NOTHING };
      return {
        diagnostics,
        moduleText: output,
        sourceMap: emitted.sourceMap,
        usingAt: usingFinder(readable, locateBy(emitted.sourceMap), LINE_OFFSET),
        // Each emit puts this line first; node's types are there anyway.
        declarations: (declOutput ?? '').replaceAll('/// <reference types="node" />\n', ''),
      };
    },
    complete(code, offset, declarations) {
      const { program, file } = programOf(code, offset, declarations);
      const { length } = CELL_PREFIX;
      const { start, end, ...found } = completionsAt(ts, program, file, offset + length);
      return { ...found, start: start - length, end: end - length };
    },
    inspect(code, offset, declarations) {
      const { program, file, info } = programOf(code, offset, declarations);
      const at = offset + CELL_PREFIX.length;
      const call = callAt(ts, program, file, at);
      const told = [
        info && withDocs(printQuickInfo(withNamedTags(info)), libraryDocsAt(ts, program, cell, at)),
        call && withDocs(call.text, libraryDocsAt(ts, program, cell, call.nameEnd - 1)),
      ].filter((text) => text !== undefined);
      return told.length === 0 ? undefined : told.join('\n\n');
    },
    close: () => converter.close(),
  };
}

function withDocs(text: string, docs: string | undefined): string {
  return docs === undefined ? text : `${text}\n\n${docs}`;
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

/** "Cannot find module 'x'" (2307), and of a file without types (7016), which is there by now: a file, or a package that was installed after that time. */
function isThereNow({ code, file, messageText }: TypeScript.Diagnostic, timeMs: number): boolean {
  if (code !== 2307 || file === undefined) return false;
  const [, name] = /^Cannot find module '([^']+)'/.exec(String(messageText)) ?? [];
  if (name === undefined) return false;
  if (isPath(name)) return ownModulePath(dirname(file.fileName), name) !== undefined;
  const [, packageName] = /^((?:@[^/]+\/)?[^/]+)/.exec(name)!;
  const stats = statSync(join('node_modules', packageName!), { throwIfNoEntry: false });
  return stats !== undefined && stats.ctimeMs > timeMs;
}

/** The cells' TypeScript alone, for what is read without being run. */
export function loadTypeScript(): Ts {
  alone ??= loadCompiler(createRequire(import.meta.url)).ts;
  return alone;
}
let alone: Ts | undefined;

/** The compiler, and the copy of its exports that tslab's own modules will get and whose members can be replaced. */
function loadCompiler(packages: NodeJS.Require): { ts: Ts; seenByTslab: SeenByTslab } {
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

/** Keeps all that TypeScript says, of which tslab drops what lies outside of its folder; tells tslab whether to emit. */
function diagnosed(
  { getPreEmitDiagnosticsOfFiles: diagnose }: SeenByTslab,
  names: TypeNames,
  emitted: Emitted,
): Diagnose {
  return (...args) => {
    emitted.diagnostics = names.naming(() => diagnose(...args));
    return emitted.diagnostics.filter(({ code }) => !NOT_SAID.has(code));
  };
}
