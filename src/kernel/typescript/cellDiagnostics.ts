import { isAbsolute, relative } from 'node:path';
import type { Ts, TypeScript } from './compiler.js';
import { type Unclosed, unclosedIn } from './unclosed.js';

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
  /** What to do, where more is known than the code says. */
  readonly cure?: string;
}

/** tslab puts this before each cell: a module, in which `await` may stand at the top. */
export const LINE_OFFSET = 1;
export const CELL_PREFIX = 'export {};\n';

/**
 * Not said of cells: a type's name holds a path of node_modules (2742), which never leaves this folder; a package or a
 * JavaScript file has no types (7016): it is `any`; a module is imported with its ending (5097);
 * JSX of an own module has no types (7026).
 */
export const NOT_SAID = new Set([2742, 7016, 5097, 7026]);

/** Complaints of the checker about the cell and the modules that it imports, wherever those lie. */
export function diagnosticsOf(
  ts: Ts,
  all: readonly TypeScript.Diagnostic[],
  isOfCell: (file: TypeScript.SourceFile) => boolean,
): Diagnostic[] {
  return all.flatMap((diagnostic) => {
    const { file, start, length, code } = diagnostic;
    if (file === undefined || start === undefined || NOT_SAID.has(code)) return [];
    if (file.fileName.includes('/node_modules/')) return []; // a package that brings its sources
    const isCell = isOfCell(file);
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    return {
      file: isCell ? undefined : nameOf(file.fileName),
      line: line + 1 - (isCell ? LINE_OFFSET : 0),
      column: character + 1,
      length: Math.max(1, length ?? 1),
      code,
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    };
  });
}

function nameOf(path: string): string {
  const fromRoot = relative(process.cwd(), path);
  return fromRoot.startsWith('..') || isAbsolute(fromRoot) ? path : fromRoot;
}

/** A text of TypeScript, and what is wrong with its syntax, which TypeScript's declarations leave out. */
export function parsed(
  ts: Ts,
  text: string,
): { file: TypeScript.SourceFile; parseDiagnostics: readonly TypeScript.DiagnosticWithLocation[] } {
  const file = ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2022);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: TypeScript.DiagnosticWithLocation[] };
  return { file, parseDiagnostics };
}

/** What is wrong with the cell's syntax alone: of a cell that does not end, the types of its half say nothing of use. */
export function syntaxErrors(ts: Ts, code: string): Diagnostic[] {
  const text = CELL_PREFIX + code;
  const { file, parseDiagnostics } = parsed(ts, text);
  // A complaint about the end of the cell stands behind the last word, not in the empty lines below.
  const end = text.trimEnd().length;
  const unclosed = parseDiagnostics.length === 0 ? undefined : unclosedIn(ts, text);
  return parseDiagnostics.map((diagnostic) => {
    const at = Math.min(diagnostic.start, end);
    const { line, character } = file.getLineAndCharacterOfPosition(at);
    return {
      file: undefined,
      line: line + 1 - LINE_OFFSET,
      column: character + 1,
      length: Math.max(1, diagnostic.length),
      code: diagnostic.code,
      message: withOpening(
        ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
        file,
        diagnostic,
        unclosed,
      ),
    };
  });
}

/** `'}' expected, for the '{' at 1:16.`: where what is missing was opened. */
function withOpening(
  message: string,
  file: TypeScript.SourceFile,
  { relatedInformation, start }: TypeScript.DiagnosticWithLocation,
  unclosed: Unclosed | undefined,
): string {
  const place = (at: number): string => {
    const { line, character } = file.getLineAndCharacterOfPosition(at);
    return `${line + 1 - LINE_OFFSET}:${character + 1}`;
  };
  const said = message.replace(/\.$/, '');
  const opened = relatedInformation?.[0]?.start;
  if (opened !== undefined) return `${said}, for the '${file.text[opened]}' at ${place(opened)}.`;
  if (unclosed === undefined || unclosed.start > start) return message;
  return `${said}; the ${unclosed.opening} at ${place(unclosed.start)} is not closed.`;
}

/** The module that a diagnostic says cannot be found, also one that is imported for what it does (2882). */
export function missingModuleIn(code: number | undefined, message: string): string | undefined {
  if (code !== 2307 && code !== 2882) return undefined;
  return /^Cannot find module (?:or type declarations for side-effect import of )?'([^']+)'/.exec(
    message,
  )?.[1];
}
