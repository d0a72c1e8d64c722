import type { CellService } from './cellService.js';
import { virtualFiles } from './cellService.js';
import { writeOutShorthand } from './shorthand.js';
import type { Ts, TypeScript } from './tslab.js';
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
      const builder = tslabsBuilder(ts, service, emitted, names);
      let withNames = '';
      const rebuild = (): void => {
        const text = system.readFile(virtual.cell);
        const named = text === withNames ? undefined : namedFile(ts, virtual.cell, text);
        const found = [...(named?.locals?.keys() ?? [])];
        if (found.length > 0) withNames = `${text}\nexport {${found.join(', ')}}`;
        else service.write(text, system.readFile(virtual.declarations));
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

/** A function of TypeScript that its declarations leave out. */
interface WithBinder {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
}

/** The file with the names that it declares. */
function namedFile(ts: Ts, path: string, text: string): NamedFile {
  const file: NamedFile = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
  (ts as unknown as WithBinder).bindSourceFile(file, {});
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
  { program, cell }: CellService,
  emitted: Emitted,
  names: TypeNames,
): TslabsBuilder {
  return {
    getProgram: program,
    getSourceFile: (path) => (path.endsWith('/__tslab__.ts') ? cell() : program().getSourceFile(path)),
    getAllDependencies: (file) => dependenciesOf(file, program()),
    emit(file, write, cancel, onlyDeclarations, transformers) {
      if (file?.fileName !== cell().fileName) return { emitSkipped: true, diagnostics: [] };
      return names.naming(() =>
        program().emit(
          file,
          (path, text, ...rest) => {
            const [, name] = /\/(__tslab__\.[^/]*)$/.exec(path) ?? [];
            if (name === '__tslab__.js.map') emitted.sourceMap = text;
            write?.(name === undefined ? path : `outDir/${name}`, text, ...rest);
          },
          cancel,
          onlyDeclarations,
          { ...transformers, before: [writeOutShorthand(ts, program().getTypeChecker())] },
        ),
      );
    },
  };
}

/** A function of TypeScript's programs that its declarations leave out. */
interface WithResolutions {
  forEachResolvedModule(
    visit: (found: { readonly resolvedModule?: TypeScript.ResolvedModuleFull }) => void,
    file: TypeScript.SourceFile,
  ): void;
}

/** The file and the sources that it imports, directly or not. Declaration files are passed over: they hold no code. */
function dependenciesOf(file: TypeScript.SourceFile, program: TypeScript.Program): string[] {
  const seen = new Set([file.fileName]);
  const visit = (source: TypeScript.SourceFile): void =>
    (program as unknown as WithResolutions).forEachResolvedModule(({ resolvedModule }) => {
      const name = resolvedModule?.resolvedFileName;
      if (name === undefined || seen.has(name) || /\.d\.[cm]?ts$/.test(name)) return;
      const imported = program.getSourceFile(name);
      if (imported === undefined) return;
      seen.add(name);
      visit(imported);
    }, source);
  visit(file);
  return [...seen];
}
