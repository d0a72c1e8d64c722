import type { Ts, TypeScript } from './compiler.js';

/**
 * The documentation of the language's and Node's declarations is most of their text. Parsing it took a fifth of the
 * kernel's start, and it is read only where somebody asks for it: so the compiler gets these files without, and
 * inspection takes the text from the file.
 */
export function isLibrary(path: string): boolean {
  return /\/node_modules\/(@types\/node|@tslab\/typescript-for-tslab\/lib)\/.*\.d\.ts$/.test(path);
}

const COMMENT = /\/\*\*[\s\S]*?\*\//g;

/** The text without its documentation. In memory of a byte a character where what is left needs no more. */
export function withoutDocs(text: string): string {
  const left = text.replace(COMMENT, '');
  const bytes = Buffer.from(left, 'latin1').toString('latin1');
  return bytes === left ? bytes : left;
}

/** What the file says between two places of the text without documentation, with that before each of them. */
export function withDocsBetween(text: string, start: number, end: number): string {
  let removed = 0;
  let removedBefore = 0;
  for (const { index, 0: comment } of text.matchAll(COMMENT)) {
    if (index - removed > end) break;
    if (index - removed < start) removedBefore += comment.length;
    removed += comment.length;
  }
  return text.slice(start + removedBefore, end + removed);
}

/** Documentation of what stands at an offset of a file, where it is of a library. */
export function libraryDocsAt(
  ts: Ts,
  program: TypeScript.Program,
  file: TypeScript.SourceFile,
  offset: number,
): string | undefined {
  const node = (ts as unknown as WithTouching).getTouchingPropertyName(file, offset);
  const symbol = program.getTypeChecker().getSymbolAtLocation(node);
  const aliased =
    symbol && symbol.flags & ts.SymbolFlags.Alias
      ? program.getTypeChecker().getAliasedSymbol(symbol)
      : symbol;
  for (const declaration of aliased?.declarations ?? []) {
    const { fileName: library } = declaration.getSourceFile();
    const text = isLibrary(library) ? ts.sys.readFile(library) : undefined;
    const docs = text && docsIn(withDocsBetween(text, declaration.getFullStart(), declaration.getStart()));
    if (docs) return docs;
  }
  return undefined;
}

/** A function of TypeScript that its declarations leave out. */
interface WithTouching {
  getTouchingPropertyName(file: TypeScript.SourceFile, position: number): TypeScript.Node;
}

/** The words of the last documentation comment before a declaration. */
function docsIn(text: string): string | undefined {
  const comment = text.match(COMMENT)?.at(-1);
  return comment
    ?.slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}
