import { join } from 'node:path';
import { inPackage } from '../paths.js';
import { createCellFiles } from './cellFiles.js';
import { cellOptions } from './cellOptions.js';
import type { Ts, TypeScript } from './tslab.js';
import type { TypeNames } from './typeNames.js';

/** TypeScript's language service over the cell, what earlier cells declare, and all that those import. */
export interface CellService {
  readonly service: () => TypeScript.LanguageService;
  /** Of the cell and declarations as they were written last. */
  readonly program: () => TypeScript.Program;
  readonly cell: () => TypeScript.SourceFile;
  /** `cell` and `declarations` as tslab writes them: modules. */
  write(cell: string, declarations: string): void;
  /** `declare global { }` of earlier cells. */
  writeGlobals(text: string): void;
  /** Reads what was edited anew. */
  refresh(): void;
  /** Looks for modules that were not found anew. */
  forgetMissing(): void;
}

/** What voxlab adds to the library: names of the browser's that cells have. */
const CELL_LIBRARY = inPackage('src', 'kernel', 'cellLibrary.d.ts');

/** Virtual files of a folder of cells. The first two have tslab's names. */
export function virtualFiles(root: string): Record<'cell' | 'declarations' | 'globals', string> {
  return {
    cell: join(root, '__tslab__.ts'),
    declarations: join(root, '__prev__.d.ts'),
    /** Names declared there are the global object's, where those of __prev__ are cells'. */
    globals: join(root, '__globals__.d.ts'),
  };
}

export function createCellService(
  ts: Ts,
  root: string,
  names: TypeNames,
  tslabs: TypeScript.CompilerOptions,
): CellService {
  const virtual = virtualFiles(root);
  const files = createCellFiles(ts);
  const options = cellOptions(ts, tslabs, names);
  const roots = [virtual.declarations, virtual.cell, CELL_LIBRARY, virtual.globals];
  files.write(virtual.globals, 'export {};\n');
  const host: TypeScript.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => roots,
    getProjectVersion: files.version,
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
  const cell = (): TypeScript.SourceFile => {
    const program = service.getProgram()!;
    const file = program.getSourceFile(virtual.cell)!;
    // As tslab does: a name that the cell does not declare is looked for in what earlier cells declare.
    (file as { parent: TypeScript.Node }).parent = program.getSourceFile(virtual.declarations)!;
    (file as { readonly locals?: Map<string, unknown> }).locals?.delete('__global');
    return file;
  };
  return {
    service: () => service,
    program: () => service.getProgram()!,
    cell,
    write(code, declarations) {
      files.write(virtual.cell, code);
      files.write(virtual.declarations, declarations);
    },
    writeGlobals: (text) => files.write(virtual.globals, `export {};\n${text}`),
    refresh: files.refresh,
    forgetMissing() {
      service.dispose();
      found = ts.createModuleResolutionCache(root, (path) => path, options);
      service = ts.createLanguageService(host, registry);
    },
  };
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
