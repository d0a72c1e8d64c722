import { type VirtualFiles, virtualFiles } from './cellFiles.js';
import type { CellService } from './cellService.js';
import { bindSourceFile, type Ts, type TypeScript } from './compiler.js';
import type { CellInProgram, FileInProgram, ProgramInside } from './keptProgram.js';
import { writeOutShorthand } from './shorthandProperties.js';
import type { TypeNames } from './typeNames.js';

/** What passes by inside of tslab's converter. */
export interface Emitted {
  sourceMap: string;
  diagnostics: readonly TypeScript.Diagnostic[];
}

/** What tslab makes of a watch of TypeScript's. */
interface TslabsHost {
  readonly options: TypeScript.CompilerOptions;
  readonly system: TslabsSystem;
  /** Set by tslab. */
  afterProgramCreate?: (builder: TslabsBuilder) => void;
}

interface TslabsSystem {
  readFile(path: string): string;
  watchFile(path: string, changed: () => void): void;
  setTimeout(callback: () => void): object;
  clearTimeout(timer: object): void;
}

/**
 * The two functions by which tslab watches a program, over the language service. tslab writes a cell, asks for its names and writes
 * it again with them exported: the first of the two needs no program, only the names, and no cell pays for it.
 */
export function createTslabsWatch(
  ts: Ts,
  root: string,
  names: TypeNames,
  emitted: Emitted,
  createService: (options: TypeScript.CompilerOptions) => CellService,
): object {
  const virtual = virtualFiles(root);
  return {
    createWatchCompilerHost: (
      _files: unknown,
      options: TypeScript.CompilerOptions,
      system: TslabsSystem,
    ): TslabsHost => ({ options, system }),
    createWatchProgram(host: TslabsHost): object {
      const { options, system } = host;
      const service = createService(options);
      let withNames = '';
      const rebuild = (): void => {
        const text = system.readFile(virtual.cell);
        const named = text === withNames ? undefined : namedFile(ts, virtual.cell, text);
        const found = [...(named?.locals?.keys() ?? [])];
        if (found.length > 0) withNames = `${text}\nexport {${found.join(', ')}}`;
        let made: CellInProgram | undefined;
        const inProgram = (): CellInProgram => {
          made ??= service.checked(text, system.readFile(virtual.declarations));
          return made;
        };
        const builder = tslabsBuilder(ts, inProgram, virtual, emitted, names);
        const getSourceFile = (path: string) => (path === virtual.cell ? named : undefined);
        host.afterProgramCreate!({ ...builder, ...(found.length > 0 && { getSourceFile }) });
      };
      let timer: object | undefined;
      const changed = (): void => {
        if (timer !== undefined) system.clearTimeout(timer);
        timer = system.setTimeout(() => {
          timer = undefined;
          rebuild();
        });
      };
      system.watchFile(virtual.cell, changed);
      system.watchFile(virtual.declarations, changed);
      rebuild();
      return { close() {} };
    },
  };
}

interface NamedFile extends TypeScript.SourceFile {
  readonly locals?: Map<string, unknown>;
}

/** The file with the names that it declares. */
function namedFile(ts: Ts, path: string, text: string): NamedFile {
  const file: NamedFile = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
  bindSourceFile(ts, file, {});
  // `declare global` is no name that tslab could export.
  file.locals?.delete('__global');
  return file;
}

/** The part of TypeScript's builder that tslab asks for. */
interface TslabsBuilder {
  getSourceFile(path: string): TypeScript.SourceFile | undefined;
  readonly getProgram: () => TypeScript.Program;
  getAllDependencies(file: TypeScript.SourceFile): string[];
  emit: TypeScript.Program['emit'];
}

/**
 * The program as tslab expects it. Emits the cell alone, under the name that tslab looks for, with shorthand properties written
 * out (tslab forgets them), and keeps the cell's source map, which tslab drops. Modules that it imports are lowered when they are run.
 */
function tslabsBuilder(
  ts: Ts,
  made: () => CellInProgram,
  virtual: VirtualFiles,
  emitted: Emitted,
  names: TypeNames,
): TslabsBuilder {
  return {
    getProgram: () => made().program,
    getSourceFile(path) {
      // In a kept program it has a name of its own.
      if (path === virtual.cell || path === made().cell.fileName) return made().cell;
      return path === virtual.declarations ? made().declarations : made().program.getSourceFile(path);
    },
    getAllDependencies: () => [virtual.cell, ...dependenciesOf(made())],
    emit(file, write, cancel, onlyDeclarations, transformers) {
      const { program, cell } = made();
      if (file !== cell) return { emitSkipped: true, diagnostics: [] };
      return names.naming(() =>
        program.emit(
          file,
          (path, text, ...rest) => {
            const [, ending] = /\/__tslab__\d*(\.[^/]*)$/.exec(path) ?? [];
            if (ending === '.js.map') emitted.sourceMap = text;
            write?.(ending === undefined ? path : `outDir/__tslab__${ending}`, text, ...rest);
          },
          cancel,
          onlyDeclarations,
          { ...transformers, before: [writeOutShorthand(ts, program.getTypeChecker(), made().declarations)] },
        ),
      );
    },
  };
}

/** The sources that a cell imports, directly or not. Declaration files are passed over: they hold no code. */
function dependenciesOf({ cell, program }: CellInProgram): string[] {
  const seen = new Set<string>();
  const { getResolvedModule } = program as ProgramInside;
  const visit = (source: TypeScript.SourceFile): void => {
    for (const name of (source as Partial<FileInProgram>).imports ?? []) {
      const mode = program.getModeForUsageLocation(source, name);
      const path = getResolvedModule(source, name.text, mode)?.resolvedModule?.resolvedFileName;
      if (path === undefined || seen.has(path) || /\.d\.[cm]?ts$/.test(path)) continue;
      const imported = program.getSourceFile(path);
      if (imported === undefined) continue;
      seen.add(path);
      visit(imported);
    }
  };
  visit(cell);
  return [...seen];
}
