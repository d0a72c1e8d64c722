import type { Ts, TypeScript } from './tslab.js';

type Builder = TypeScript.EmitAndSemanticDiagnosticsBuilderProgram;

/**
 * Makes the programs of the watch. TypeScript's own builder works out after each change which file refers to which, of
 * all files that were ever imported: with voxlab in scope that was two thirds of a cell's time. A cell asks for the
 * dependencies of one file only, so this one follows those when asked.
 */
export function createLeanPrograms(ts: Ts): TypeScript.CreateProgram<Builder> {
  return (rootNames, options, host, oldProgram, diagnostics, references) => {
    const builder = ts.createAbstractBuilder(rootNames, options, host, oldProgram, diagnostics, references);
    // tslab reads a cell's names as soon as there is a program; else the files are bound when types are asked for.
    for (const name of rootNames ?? []) {
      const file = builder.getSourceFile(name);
      if (file === undefined) continue;
      (ts as unknown as WithBinder).bindSourceFile(file, builder.getCompilerOptions());
      // `declare global` is no name that tslab could export.
      (file as WithLocals).locals?.delete('__global');
    }
    return Object.assign(builder, {
      getAllDependencies: (file: TypeScript.SourceFile) => dependenciesOf(file, builder.getProgram()),
    }) as unknown as Builder;
  };
}

/** A function of TypeScript that its declarations leave out. */
interface WithBinder {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
}

interface WithLocals {
  readonly locals?: Map<string, unknown>;
}

/** What TypeScript 5.0 keeps of a file's imports. */
interface WithImports {
  readonly resolvedModules?: {
    forEach(visit: (found: { readonly resolvedModule?: TypeScript.ResolvedModuleFull }) => void): void;
  };
}

/** The file and the sources that it imports, directly or not. Declaration files are passed over: they hold no code. */
function dependenciesOf(file: TypeScript.SourceFile, program: TypeScript.Program): string[] {
  const seen = new Set([file.fileName]);
  const visit = (source: TypeScript.SourceFile): void => {
    (source as WithImports).resolvedModules?.forEach(({ resolvedModule }) => {
      const name = resolvedModule?.resolvedFileName;
      if (name === undefined || seen.has(name) || /\.d\.[cm]?ts$/.test(name)) return;
      const imported = program.getSourceFile(name);
      if (imported === undefined) return;
      seen.add(name);
      visit(imported);
    });
  };
  visit(file);
  return [...seen];
}
