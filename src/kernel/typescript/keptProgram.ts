import type { CellFiles, VirtualFiles } from './cellFiles.js';
import { bindSourceFile, type Ts, type TypeScript } from './compiler.js';

/**
 * Checks a cell in the program of an earlier one. A program and a type checker of their own for each cell are most of a cell's time, and
 * what differs are two files which no other file knows of: so they are put beside the others, under names of their own, and the checker
 * takes them as files that it has not come to yet. A cell that changes more (a module that no cell has imported, `declare global`, an
 * edited module) has a new program, and so has each thirtieth: the checker remembers all that it has seen.
 */
export interface KeptProgram {
  /** Keeps this one from now on, which has just been made. */
  keep(program: TypeScript.Program): void;
  forget(): void;
  /** The files in the program; undefined = they need a program of their own. */
  filesOf(cell: string, declarations: string): CellInProgram | undefined;
}

export interface CellInProgram {
  readonly program: TypeScript.Program;
  readonly cell: TypeScript.SourceFile;
  readonly declarations: TypeScript.SourceFile;
}

/** What TypeScript knows of a file in a program, and its declarations leave out. */
export interface FileInProgram extends TypeScript.SourceFile {
  imports: readonly TypeScript.StringLiteralLike[];
  moduleAugmentations: readonly unknown[];
  ambientModuleNames: readonly string[];
  path: string;
  resolvedPath: string;
  originalFileName: string;
  version: string;
  parent: TypeScript.Node;
}

interface Resolution {
  readonly resolvedModule?: TypeScript.ResolvedModuleFull;
}

/** Functions of TypeScript's programs that their declarations leave out. */
export interface ProgramInside extends TypeScript.Program {
  getResolvedModule(file: TypeScript.SourceFile, name: string, mode: unknown): Resolution | undefined;
  forEachResolvedModule(
    visit: (found: Resolution, name: string, mode: unknown) => void,
    file: TypeScript.SourceFile,
  ): void;
}

interface Base {
  readonly program: ProgramInside;
  readonly resolutions: ReadonlyMap<string, Resolution>;
  readonly added: Map<string, FileInProgram>;
  readonly version: string;
  cells: number;
}

const MOST_CELLS = 30;

export function createKeptProgram(ts: Ts, files: CellFiles, virtual: VirtualFiles): KeptProgram {
  let base: Base | undefined;
  return {
    keep(kept) {
      if (base?.program === kept) return;
      base = undefined;
      const program = kept as ProgramInside;
      // What it adds to the global object holds for no cell behind it, unless the kernel says so.
      if (asksForMore(ts, program.getSourceFile(virtual.cell)!)) return;
      base = { program, ...opened(program, virtual), version: files.versionBesideCells(), cells: 0 };
    },
    forget() {
      base = undefined;
    },
    filesOf(cellText, declarationsText) {
      const into = base;
      if (into === undefined || into.version !== files.versionBesideCells() || into.cells >= MOST_CELLS)
        return undefined;
      const number = ++into.cells;
      const made = [
        [virtual.cell, cellText],
        [virtual.declarations, declarationsText],
      ].map(([path, text]) => fileIn(ts, into, path!, text!, number));
      const [cell, declarations] = made;
      if (cell === undefined || declarations === undefined) return undefined;
      into.added.clear();
      for (const file of made) into.added.set(file!.path, file!);
      return { program: into.program, cell, declarations };
    },
  };
}

/** From now on the program has the files that are added to it, which import what its own files do. */
function opened(program: ProgramInside, virtual: VirtualFiles): Pick<Base, 'resolutions' | 'added'> {
  const added = new Map<string, FileInProgram>();
  const resolutions = new Map<string, Resolution>();
  for (const path of Object.values(virtual))
    program.forEachResolvedModule((found, name, mode) => {
      if (found.resolvedModule !== undefined) resolutions.set(keyOf(name, mode), found);
    }, program.getSourceFile(path)!);
  const { getResolvedModule } = program;
  program.getResolvedModule = (file, name, mode) =>
    added.has((file as FileInProgram).path)
      ? resolutions.get(keyOf(name, mode))
      : getResolvedModule(file, name, mode);
  return { added, resolutions };
}

function keyOf(name: string, mode: unknown): string {
  return `${String(mode)} ${name}`;
}

/** The file as the program would have it; undefined where it asks for more than the program holds. */
function fileIn(
  ts: Ts,
  { program, resolutions }: Base,
  path: string,
  text: string,
  number: number,
): FileInProgram | undefined {
  const like = program.getSourceFile(path) as FileInProgram;
  // TypeScript keeps what it has found by the name of the file.
  const name = path.replace(/(\.d)?\.ts$/, `${number}$&`);
  const { languageVersion, impliedNodeFormat } = like;
  const options = { languageVersion, ...(impliedNodeFormat !== undefined && { impliedNodeFormat }) };
  const file = ts.createSourceFile(name, text, options) as FileInProgram;
  if (asksForMore(ts, file)) return undefined;
  Object.assign(file, {
    ...{ path: name, resolvedPath: name, originalFileName: name, version: String(number) },
    ...{ imports: importsOf(ts, file), moduleAugmentations: [], ambientModuleNames: [] },
  });
  bindSourceFile(ts, file, program.getCompilerOptions());
  const isKnown = file.imports.every((each) =>
    resolutions.has(keyOf(each.text, program.getModeForUsageLocation(file, each))),
  );
  return isKnown ? file : undefined;
}

/** References to other files, and what it adds to the global object or to modules. */
function asksForMore(ts: Ts, file: TypeScript.SourceFile): boolean {
  const { referencedFiles, typeReferenceDirectives, libReferenceDirectives } = file;
  return (
    referencedFiles.length + typeReferenceDirectives.length + libReferenceDirectives.length > 0 ||
    file.statements.some(
      (each) => ts.isModuleDeclaration(each) && (!ts.isIdentifier(each.name) || each.name.text === 'global'),
    )
  );
}

/** The names of all modules that a file imports, in whatever way. */
function importsOf(ts: Ts, file: TypeScript.SourceFile): TypeScript.StringLiteralLike[] {
  const found: TypeScript.StringLiteralLike[] = [];
  const take = (name: TypeScript.Node | undefined): void => {
    if (name !== undefined && ts.isStringLiteralLike(name)) found.push(name);
  };
  const visit = (node: TypeScript.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) take(node.argument.literal);
    else if (ts.isExternalModuleReference(node)) take(node.expression);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      take(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  if (/\bimport\b|\bfrom\b/.test(file.text)) visit(file);
  return found;
}
