import type { Ts, TypeScript } from './compiler.js';

export interface Completion {
  readonly matches: readonly string[];
  /** What a match replaces: UTF-16 units of the cell. */
  readonly start: number;
  readonly end: number;
  /** TypeScript's kind of each match (`function`, `const`, ...). */
  readonly kinds: ReadonlyMap<string, string>;
}

/** A function of TypeScript that its declarations leave out. */
interface WithTokens {
  findPrecedingToken(position: number, file: TypeScript.SourceFile): TypeScript.Node | undefined;
}

/** A text that a match stands for, and the part of the file that it replaces. */
interface Candidate {
  readonly text: string;
  readonly kind: string;
  readonly sortText: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What can stand at a place of the file: names that begin like what is typed, then those that hold it. Inside quotes a match
 * replaces what is between them; a key that is no name comes in brackets, where no name fits.
 */
export function completionsAt(
  ts: Ts,
  service: TypeScript.LanguageService,
  file: TypeScript.SourceFile,
  position: number,
): Completion {
  const info = service.getCompletionsAtPosition(file.fileName, position, {
    includeCompletionsWithInsertText: true,
  });
  const { findPrecedingToken } = ts as unknown as WithTokens;
  const token = findPrecedingToken(position, file);
  const usual = quoted(ts, file, token, position) ?? wordAt(file.text, position);
  // Of the path of a module TypeScript names the last part, where that could be a name.
  const lastPart = Math.max(usual.start, file.text.lastIndexOf('/', position - 1) + 1);
  const usualFor = (kind: string): Span => (MODULE_KINDS.has(kind) ? { ...usual, start: lastPart } : usual);
  const candidates = (info?.entries ?? [])
    .filter(({ source }) => source === undefined || source === 'ObjectLiteralMethodSnippet/')
    .map((entry): Candidate & { isName: boolean } => {
      const span =
        entry.replacementSpan ?? (inQuotes(ts, token, position) ? info?.optionalReplacementSpan : undefined);
      return {
        text: entry.insertText ?? entry.name,
        isName: entry.insertText === undefined,
        ...{ kind: entry.kind, sortText: entry.sortText },
        ...(span === undefined ? usualFor(entry.kind) : { start: span.start, end: span.start + span.length }),
      };
    });
  const names = fitting(
    candidates.filter(({ isName }) => isName),
    file.text,
    position,
  );
  const found =
    names.length > 0
      ? names
      : fittingKeys(
          candidates.filter(({ isName }) => !isName),
          file.text,
          position,
        );
  return joined(found, usual, file.text);
}

const MODULE_KINDS = new Set(['external module name', 'directory', 'script']);

/** In the order in which they fit what is typed; what does not hold it is left out. */
function fitting(candidates: readonly Candidate[], text: string, position: number): Candidate[] {
  const ranked = candidates.flatMap((candidate) => {
    const typed = text.slice(candidate.start, position);
    const rank = rankOf(candidate.text, typed);
    return rank === undefined ? [] : [{ candidate, order: `${rank}${candidate.sortText}` }];
  });
  return ranked
    .sort((a, b) => compare(a.order, b.order) || compare(a.candidate.text, b.candidate.text))
    .map(({ candidate }) => candidate);
}

/** `o.be` -> `o["be-ta"]`: TypeScript replaces the point, too. */
function fittingKeys(candidates: readonly Candidate[], text: string, position: number): Candidate[] {
  return candidates.filter(({ text: match, start }) => {
    const typed = text.slice(start, position).replace(/^\??\./, '');
    return rankOf(match.replace(/^(\?\.)?\["?/, ''), typed) !== undefined;
  });
}

function rankOf(match: string, typed: string): number | undefined {
  if (match.startsWith(typed)) return 0;
  const [lowerMatch, lower] = [match.toLowerCase(), typed.toLowerCase()];
  if (lowerMatch.startsWith(lower)) return 1;
  return lowerMatch.includes(lower) ? 2 : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All replace the same part: Jupyter knows one. What a match leaves of it, it has in its text. */
function joined(candidates: readonly Candidate[], usual: Span, text: string): Completion {
  const start = Math.min(
    ...candidates.map((each) => each.start),
    candidates.length === 0 ? usual.start : Number.POSITIVE_INFINITY,
  );
  const end = Math.max(...candidates.map((each) => each.end), candidates.length === 0 ? usual.end : 0);
  const kinds = new Map(
    candidates.map((each) => [
      `${text.slice(start, each.start)}${each.text}${text.slice(each.end, end)}`,
      each.kind,
    ]),
  );
  return { matches: [...kinds.keys()], start, end, kinds };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function inQuotes(
  ts: Ts,
  token: TypeScript.Node | undefined,
  position: number,
): token is TypeScript.StringLiteral {
  return (
    token !== undefined &&
    ts.isStringLiteralLike(token) &&
    position > token.getStart() &&
    position <= token.end
  );
}

/** Between the quotes; as far as the place where they are not closed yet. */
function quoted(
  ts: Ts,
  file: TypeScript.SourceFile,
  token: TypeScript.Node | undefined,
  position: number,
): Span | undefined {
  if (!inQuotes(ts, token, position)) return undefined;
  const start = token.getStart() + 1;
  const isClosed = token.end > start && file.text[token.end - 1] === file.text[start - 1];
  const end = isClosed ? token.end - 1 : position;
  return position > end ? undefined : { start, end };
}

/** The name around a place, private ones with their #. */
function wordAt(text: string, position: number): Span {
  const [before] = /#?[\p{ID_Continue}$]*$/u.exec(text.slice(0, position))!;
  const [after] = /^[\p{ID_Continue}$]*/u.exec(text.slice(position))!;
  return { start: position - before.length, end: position + after.length };
}
