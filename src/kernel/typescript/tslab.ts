import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Converter } from 'tslab/dist/converter.js';
import {
  CELL_PREFIX,
  type Diagnostic,
  diagnosticsOf,
  missingModuleIn,
  NOT_SAID,
  syntaxErrors,
} from './cellDiagnostics.js';
import { type CellService, createCellService } from './cellService.js';
import { loadCompiler, type Ts, type TypeScript } from './compiler.js';
import { type Completion, completionsAt } from './completions.js';
import type { CellInProgram } from './keptProgram.js';
import { libraryDocsAt } from './libraryDocs.js';
import { isPath, ownModulePath, packageOf } from './ownPaths.js';
import { withoutShellLine } from './shellLine.js';
import { callAt } from './signature.js';
import { createTslabsWatch, type Emitted } from './tslabsWatch.js';
import { createTypeNames, type TypeNames } from './typeNames.js';

/** A checked cell as an ES module, still to be lowered to what can run. */
export interface CheckedCell {
  /** Not empty = the cell must not run, and the rest is empty. */
  readonly diagnostics: readonly Diagnostic[];
  readonly moduleText: string;
  /** Source map from moduleText to the cell; its lines are `lineOffset` too high. */
  readonly sourceMap: string;
  /** How much further right a place in what was checked lies than in the cell. */
  readonly backAt?: (line: number, column: number) => number;
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
  /** Steps that a kernel takes while it waits for cells, which then take less time. */
  prepare(): Generator<unknown, void>;
  close(): void;
}

/** The name under which tslab exports the value of a cell's last expression (a number follows if the cell uses it). */
export const LAST_EXPRESSION = /^tsLastExpr\d*$/;

const NOTHING = { moduleText: '', sourceMap: '', declarations: '' };

/**
 * tslab brings what makes a cell of TypeScript: it exports a cell's names, hands over the last value and carries declarations from
 * cell to cell. It runs here on TypeScript 6.0, where it was written for a fork of 5.0; programs come from a language service. Executor,
 * protocol and display are the kernel's own. The working directory must be the project's root.
 */
export function createCellCompiler(packages: NodeJS.Require = createRequire(import.meta.url)): CellCompiler {
  const { ts, seenByTslab } = loadCompiler(packages);
  const emitted: Emitted = { sourceMap: '', diagnostics: [] };
  const root = process.cwd();
  const names = createTypeNames(root);
  let cells: CellService | undefined;
  Object.assign(seenByTslab, {
    ...createTslabsWatch(ts, root, names, emitted, (options) => {
      cells = createCellService(ts, root, names, options);
      return cells;
    }),
    // tslab lowers to CommonJS with this call; the kernel lowers by itself, so the text comes through unchanged.
    transpileModule: (text: string) => ({ outputText: text }),
    getPreEmitDiagnosticsOfFiles: diagnosed(ts, names, emitted),
  });
  const { createConverter } = packages('tslab/dist/converter.js') as { createConverter(): Converter };
  const { printQuickInfo } = packages('tslab/dist/inspect.js') as {
    printQuickInfo(info: TypeScript.QuickInfo): string;
  };
  const converter = createConverter();
  const { service, written, refresh, takeWhole, heed, forgetMissing, writeGlobals, prepare } = cells!;
  let madeAtMs = Date.now();
  const convert: Converter['convert'] = (declarations, code) => {
    refresh();
    let converted = converter.convert(declarations, code);
    if (hasModuleThatCame()) converted = converter.convert(declarations, code);
    while (meansMore()) converted = converter.convert(declarations, code);
    return converted;
  };
  const hasModuleThatCame = (): boolean => {
    const isThere = emitted.diagnostics.some((said) => isThereNow(said, madeAtMs));
    if (!isThere) return false;
    forgetMissing();
    madeAtMs = Date.now();
    return true;
  };
  /** Whether what is said of the cell has to do with declarations that had been left out. */
  const meansMore = (): boolean => {
    const said = emitted.diagnostics.map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, ' '),
    );
    return said.length > 0 && (takeWhole() || said.some(heed));
  };
  /** Makes the code the cell, for questions to the service. */
  const placed = (code: string, declarations: string): CellInProgram => {
    refresh();
    return written(CELL_PREFIX + withoutShellLine(code), CELL_PREFIX + declarations);
  };

  return {
    ts,
    setGlobals: writeGlobals,
    check(code, declarations) {
      const text = withoutShellLine(code);
      const unfinished = syntaxErrors(ts, text);
      if (unfinished.length > 0) return { diagnostics: unfinished, ...NOTHING };
      const { output, declOutput } = convert(declarations, text);
      const diagnostics = diagnosticsOf(ts, emitted.diagnostics, isCell);
      if (diagnostics.length > 0 || output === undefined) return { diagnostics, ...NOTHING };
      return {
        diagnostics,
        moduleText: output,
        sourceMap: emitted.sourceMap,
        // Each emit puts this line first; node's types are there anyway.
        declarations: (declOutput ?? '').replaceAll('/// <reference types="node" />\n', ''),
      };
    },
    complete(code, offset, declarations) {
      const { cell } = placed(code, declarations);
      const { length } = CELL_PREFIX;
      const { start, end, ...found } = completionsAt(ts, service(), cell, offset + length);
      return { ...found, start: start - length, end: end - length };
    },
    inspect(code, offset, declarations) {
      const { program, cell: file } = placed(code, declarations);
      const at = offset + CELL_PREFIX.length;
      const info = service().getQuickInfoAtPosition(file.fileName, at);
      const call = callAt(service(), file, at);
      const told = [
        info && withDocs(printQuickInfo(withNamedTags(info)), libraryDocsAt(ts, program, file, at)),
        call && withDocs(call.text, libraryDocsAt(ts, program, file, call.nameEnd - 1)),
      ].filter((text) => text !== undefined);
      return told.length === 0 ? undefined : told.join('\n\n');
    },
    *prepare() {
      convert('', '0'); // whatever the first cell is, it takes the same ways
      yield;
      yield* prepare();
    },
    close: () => converter.close(),
  };
}

/** By its name; that of one in a kept program ends with a number. */
function isCell(file: TypeScript.SourceFile): boolean {
  return /\/__tslab__\d*\.ts$/.test(file.fileName);
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

/** A module that cannot be found, or has no types, and is there by now: a file, or a package that was installed after that time. */
function isThereNow({ code, file, messageText }: TypeScript.Diagnostic, timeMs: number): boolean {
  const name = missingModuleIn(code, String(messageText));
  if (name === undefined || file === undefined) return false;
  if (isPath(name)) return ownModulePath(dirname(file.fileName), name) !== undefined;
  const stats = statSync(join('node_modules', packageOf(name)), { throwIfNoEntry: false });
  return stats !== undefined && stats.ctimeMs > timeMs;
}

type Diagnose = (
  program: TypeScript.Program,
  files: readonly TypeScript.SourceFile[],
) => readonly TypeScript.Diagnostic[];

/** Keeps all that TypeScript says, of which tslab drops what lies outside of its folder; tells tslab whether to emit. */
function diagnosed(ts: Ts, names: TypeNames, emitted: Emitted): Diagnose {
  return (program, files) => {
    const said = names.naming(() =>
      files.flatMap((file) => [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
        ...program.getDeclarationDiagnostics(file),
      ]),
    );
    emitted.diagnostics = ts.sortAndDeduplicateDiagnostics(said);
    return emitted.diagnostics.filter(({ code }) => !NOT_SAID.has(code));
  };
}
