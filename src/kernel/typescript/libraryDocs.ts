import type { Ts, TypeScript } from './compiler.js';

/**
 * The documentation of the language's and Node's declarations is most of their text. Parsing it took a fifth of the
 * kernel's start, and it is read only where somebody asks for it: so the compiler gets these files without, each
 * comment as long a blank, and inspection takes the text from the file.
 */
export function isLibrary(path: string): boolean {
  return /\/node_modules\/(@types\/node|@tslab\/typescript-for-tslab\/lib)\/.*\.d\.ts$/.test(path);
}

/** The text without its documentation; every position stays. */
export function withoutDocs(text: string): string {
  return text.replace(/\/\*\*[\s\S]*?\*\//g, (comment) => ' '.repeat(comment.length));
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
    const docs = text && docsIn(text.slice(declaration.getFullStart(), declaration.getStart()));
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
  const comment = text.match(/\/\*\*[\s\S]*?\*\//g)?.at(-1);
  return comment
    ?.slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}
