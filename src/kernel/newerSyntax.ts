import type { Locate } from './stackPlaces.js';
import type { Ts, TypeScript } from './tslab.js';

/** Code in which what came after TypeScript 5.0 is written so that this one reads it; every place stays where it is. */
export interface ReadableCode {
  readonly text: string;
  /** Where a `using` declaration begins -> its kind. `offset` counts UTF-16 units. */
  readonly usings: ReadonlyMap<number, UsingKind>;
}

export type UsingKind = 'using' | 'await using';

/** `with { type: 'json' }` behind an import: JSON is imported without. */
const ATTRIBUTES = /((?:\bfrom|\bimport)\s*(?:'[^'\n]*'|"[^"\n]*"))(\s*(?:with|assert)\s*\{[^{}]*\})/g;
const LOOPS = /\bfor\s*(?:await\s*)?\(\s*((?:await\s+)?using)\s+[\p{ID_Start}$_][\p{ID_Continue}$]*\s+of\b/gu;

/**
 * `using x = open()` -> `const x = open()`, with its place told, for usingLowering.ts; import attributes, and a first line for the
 * shell, -> blanks.
 */
export function readableCode(ts: Ts, code: string): ReadableCode {
  const plain = code
    .replace(/^#!.*/, blank)
    .replace(ATTRIBUTES, (_, head: string, rest: string) => head + blank(rest));
  if (!/\busing\b/.test(plain)) return { text: plain, usings: new Map() };
  const file = ts.createSourceFile('cell.ts', plain, ts.ScriptTarget.ES2022);
  const found = [...usingsIn(ts, file), ...usingsOfLoops(plain)];
  let text = plain;
  // `using` and `const` are equally long: the columns of what follows stay.
  for (const { start, end } of found)
    text = `${text.slice(0, start)}${'const'.padStart(end - start)}${text.slice(end)}`;
  const usings = new Map(found.map(({ end, kind }) => [end - 'const'.length, kind]));
  return { text, usings };
}

/** The kind of a `using` at a place (from 1) of what was made of the text. */
export type UsingAt = (line: number, column: number) => UsingKind | undefined;

/** `locate` leads from there to the text, whose lines it counts `lineOffset` too high. */
export function usingFinder({ text, usings }: ReadableCode, locate: Locate, lineOffset = 0): UsingAt {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (line, column) => {
    const place = usings.size === 0 ? undefined : locate(line, column);
    return place && usings.get(starts[place.line - 1 - lineOffset]! + place.column - 1);
  };
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

interface Found {
  readonly start: number;
  /** Behind the word. */
  readonly end: number;
  readonly kind: UsingKind;
}

/** TypeScript 5.0 reads `using x = e` as two statements, `using` and `x = e`, and complains. */
function usingsIn(ts: Ts, file: TypeScript.SourceFile): Found[] {
  const found: Found[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isSourceFile(node) || ts.isBlock(node))
      node.statements.forEach((statement, at) => {
        const next = node.statements[at + 1];
        const using = usingOf(ts, file, statement, next);
        if (using !== undefined) found.push(using);
      });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function usingOf(
  ts: Ts,
  file: TypeScript.SourceFile,
  statement: TypeScript.Statement,
  next: TypeScript.Statement | undefined,
): Found | undefined {
  if (next === undefined || !ts.isExpressionStatement(statement)) return undefined;
  const { expression } = statement;
  const word = ts.isAwaitExpression(expression) ? expression.expression : expression;
  if (!ts.isIdentifier(word) || word.text !== 'using') return undefined;
  if (!/^[ \t]+$/.test(file.text.slice(word.end, next.getStart(file)))) return undefined;
  const declares =
    ts.isLabeledStatement(next) || // `x: Type = e`
    (ts.isExpressionStatement(next) && ts.isBinaryExpression(next.expression));
  if (!declares) return undefined;
  const start = expression.getStart(file);
  return { start, end: word.end, kind: word === expression ? 'using' : 'await using' };
}

function usingsOfLoops(text: string): Found[] {
  return [...text.matchAll(LOOPS)].map(({ 0: head, 1: words, index }) => {
    const start = index + head.indexOf(words!, head.indexOf('('));
    return { start, end: start + words!.length, kind: words === 'using' ? 'using' : 'await using' };
  });
}
