import { inPackage } from '../../paths.js';
import { CELL_PREFIX } from './cellDiagnostics.js';
import { createCellFiles, virtualFiles } from './cellFiles.js';
import { cellOptions } from './cellOptions.js';
import type { Ts, TypeScript } from './compiler.js';
import { readDeclarations } from './declarationFiles.js';
import { type CellInProgram, createKeptProgram } from './keptProgram.js';
import type { TypeNames } from './typeNames.js';

/** TypeScript's language service over the cell, what earlier cells declare, and all that those import. */
export interface CellService {
  readonly service: () => TypeScript.LanguageService;
  /** `cell` and `declarations` as tslab writes them, modules, for the service to be asked about. */
  written(cell: string, declarations: string): CellInProgram;
  /** The same to be checked and emitted only, which is quicker. */
  checked(cell: string, declarations: string): CellInProgram;
  /** `declare global { }` of earlier cells. */
  writeGlobals(text: string): void;
  /** Reads what was edited anew. */
  refresh(): void;
  /** Reads all of the library, of which the first cells have the core alone; whether it was not read before. */
  takeWhole(): boolean;
  /** Reads large declarations that were left out, where what is said of a cell names them; whether there were any. */
  heed(text: string): boolean;
  /** What later cells will need, in steps that take some hundredths of a second, the last some tenths. */
  prepare(): Generator<unknown, void>;
  /** Looks for modules that were not found anew. */
  forgetMissing(): void;
}

/**
 * The first cells are checked against this alone, as long as nothing is said of them: most of a kernel's start would be the reading of
 * what Node and later versions of the language declare.
 */
const CORE: TypeScript.CompilerOptions = { lib: ['lib.es5.d.ts'], types: [] };
/** What may be wrong without a word where the later declarations are missing: iteration, promises, generators, what is global. */
export const MEANS_MORE =
  /[[@]|\.\.\.|\*\s*\w*\s*\(|\dn\b|\b(async|await|declare|global|globalThis|import|of|require|using|yield)\b/;

/** What voxlab adds to the library: names of the browser's that cells have. */
const CELL_LIBRARY = inPackage('src', 'kernel', 'typescript', 'cellLibrary.d.ts');

export function createCellService(
  ts: Ts,
  root: string,
  names: TypeNames,
  tslabs: TypeScript.CompilerOptions,
): CellService {
  const virtual = virtualFiles(root);
  const files = createCellFiles(ts, virtual);
  const options = cellOptions(ts, tslabs, names);
  const core = { ...options, ...CORE };
  let isWhole = false;
  const roots = [virtual.declarations, virtual.cell, CELL_LIBRARY, virtual.globals];
  files.write(virtual.globals, CELL_PREFIX);
  const host: TypeScript.LanguageServiceHost = {
    getCompilationSettings: () => (isWhole ? options : core),
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => roots,
    getProjectVersion: () => `${files.version()} ${isWhole}`,
    getScriptVersion: files.versionOf,
    getScriptSnapshot: files.snapshotOf,
    fileExists: (path) => files.isWritten(path) || (!names.hides(path) && ts.sys.fileExists(path)),
    readFile: (path) => ts.sys.readFile(path),
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    readDirectory: ts.sys.readDirectory,
    realpath: ts.sys.realpath!,
    useCaseSensitiveFileNames: () => true,
  };
  // Kept over all programs: each one would look for the package.json above each of 600 files anew.
  let found = ts.createModuleResolutionCache(root, (path) => path, options);
  Object.assign(host, {
    getModuleResolutionCache: () => found,
    resolveModuleNameLiterals: resolverOf(ts, host, options, () => found),
  });
  const registry = ts.createDocumentRegistry(true, root);
  let service = ts.createLanguageService(host, registry);
  const kept = createKeptProgram(ts, files, virtual);
  const takeWhole = (): boolean => {
    const wasWhole = isWhole;
    isWhole = true;
    if (!wasWhole) kept.forget();
    return !wasWhole;
  };
  const heedBoth = (cell: string, declarations: string): void => {
    for (const text of [cell, declarations]) files.heed(text);
  };
  const inNewProgram = (cell: string, declarations: string): CellInProgram => {
    files.write(virtual.cell, cell);
    files.write(virtual.declarations, declarations);
    service.getProgram();
    const program = service.getProgram()!; // another one where a file has named what was asleep
    kept.keep(program);
    const [cellFile, before] = [virtual.cell, virtual.declarations].map(
      (path) => program.getSourceFile(path)!,
    );
    return linked({ program, cell: cellFile!, declarations: before! });
  };
  return {
    service: () => service,
    written(cell, declarations) {
      takeWhole();
      heedBoth(cell, declarations);
      return inNewProgram(cell, declarations);
    },
    checked(cell, declarations) {
      if (MEANS_MORE.test(cell)) takeWhole();
      heedBoth(cell, declarations);
      const inProgram = kept.filesOf(cell, declarations);
      return inProgram === undefined ? inNewProgram(cell, declarations) : linked(inProgram);
    },
    writeGlobals: (text) => files.write(virtual.globals, CELL_PREFIX + text),
    refresh: files.refresh,
    takeWhole,
    heed: files.heed,
    *prepare() {
      for (const file of readDeclarations(
        ts,
        { ...host, getCompilationSettings: () => options },
        registry,
        files,
      )) {
        if (isWhole) return; // a cell was quicker
        yield file;
      }
      if (takeWhole()) inNewProgram(CELL_PREFIX, CELL_PREFIX).program.getTypeChecker();
    },
    forgetMissing() {
      service.dispose();
      found = ts.createModuleResolutionCache(root, (path) => path, options);
      service = ts.createLanguageService(host, registry);
      kept.forget();
    },
  };
}

/** As tslab does: a name that the cell does not declare is looked for in what earlier cells declare. */
function linked(made: CellInProgram): CellInProgram {
  const cell = made.cell as { parent: TypeScript.Node; readonly locals?: Map<string, unknown> };
  cell.parent = made.declarations;
  // `declare global` is no name that tslab could export.
  cell.locals?.delete('__global');
  return made;
}

/** TypeScript's own way to resolve imports, with results that last. */
function resolverOf(
  ts: Ts,
  host: TypeScript.LanguageServiceHost,
  options: TypeScript.CompilerOptions,
  found: () => TypeScript.ModuleResolutionCache,
): NonNullable<TypeScript.LanguageServiceHost['resolveModuleNameLiterals']> {
  return (names, importer, redirected, _options, file) =>
    names.map((name) => {
      const mode = ts.getModeForUsageLocation(file, name, options);
      return ts.resolveModuleName(name.text, importer, options, host, found(), redirected, mode);
    });
}
