import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { textIfThere } from '../../textIfThere.js';
import { type Diagnostic, missingModuleIn } from '../typescript/cellDiagnostics.js';
import type { Ts } from '../typescript/compiler.js';
import type { Completion } from '../typescript/completions.js';
import { ownModulePath } from '../typescript/ownPaths.js';
import { pathCompletion } from '../typescript/pathCompletion.js';
import type { CellCompiler } from '../typescript/tslab.js';
import { cureOf, VOXLAB } from './missingModule.js';

/** Where relative imports of a cell lead. Cells run in the project's root; their notebook may lie in a folder of it. */
export interface CellImports {
  /** `../src/x.js`, as a cell of notebooks/ writes it -> `./dist/src/x.js`, as the root names the compiled file. */
  readonly pathOf: (name: string) => string;
  /** Whether a file is the compiled form of a source of the project. */
  readonly isCompiled: (path: string) => boolean;
  /** From which relative paths count. */
  readonly folders: readonly string[];
  /** Why an import of the cell, or of a file, leads nowhere, and what to write instead. */
  readonly cureOf: (name: string, file?: string) => string;
}

/**
 * A relative import is looked for from the notebook's folder, then from the root. A source file of the project itself
 * leads to its compiled form, where tsconfig.json names one: typed, at once, and the same module that the package is.
 */
export function createCellImports(ts: Ts, root: string, folder: string): CellImports {
  const { compiled, isCompiled } = compiledFilesOf(ts, root);
  return {
    isCompiled,
    folders: [...new Set([folder, root])],
    cureOf: (name, file) => cureOf(name, file === undefined ? folder : dirname(resolve(root, file)), root),
    pathOf(name) {
      if (!/^\.\.?\//.test(name)) return name;
      const places = [resolve(folder, name), resolve(root, name)];
      const found = places.map((place) => compiled(place) ?? (isFile(place) ? place : undefined));
      const path = found.find((place) => place !== undefined);
      return path === undefined ? name : `./${relative(root, path)}`;
    },
  };
}

/** A file, also one whose ending the import leaves out or, as TypeScript asks for, writes as .js. */
function isFile(path: string): boolean {
  return ownModulePath('/', path) !== undefined;
}

interface CompiledFiles {
  readonly compiled: (path: string) => string | undefined;
  readonly isCompiled: CellImports['isCompiled'];
}

function compiledFilesOf(ts: Ts, root: string): CompiledFiles {
  const read = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => textIfThere(file));
  const { outDir, rootDir = '.' } = (read.config?.compilerOptions ?? {}) as Record<string, string>;
  if (outDir === undefined) return { compiled: () => undefined, isCompiled: () => false };
  const out = resolve(root, outDir);
  const compiled = (path: string): string | undefined => {
    const below = relative(join(root, rootDir), path).replace(/\.[jt]s$/, '');
    if (below.startsWith('..') || below.startsWith('node_modules')) return undefined;
    const names = [below, join(below, 'index')].map((name) => join(out, `${name}.js`));
    return names.find((name) => existsSync(name) && existsSync(name.replace(/\.js$/, '.d.ts')));
  };
  return { compiled, isCompiled: (path) => path.startsWith(`${out}/`) };
}

/** The compiler over cells whose relative imports are written as the root names them. */
export function withCellImports(compiler: CellCompiler, imports: CellImports): CellCompiler {
  const rewritten = (code: string) => rewriteImports(compiler.ts, code, imports);
  return {
    ...compiler,
    check(code, declarations) {
      const { code: inRoot, backAt } = rewritten(code);
      const checked = compiler.check(inRoot, declarations);
      const diagnostics = checked.diagnostics.map((said) => ({
        ...said,
        ...(said.file === undefined && { column: said.column - backAt(said.line, said.column) }),
        ...missing(said, imports),
      }));
      return { ...checked, diagnostics, backAt };
    },
    complete(code, offset, declarations) {
      const ofPath = pathCompletion(code, offset, imports.folders);
      if (ofPath !== undefined) return ofPath;
      const { code: inRoot, shiftAt } = rewritten(code);
      const shift = shiftAt(offset);
      const found = compiler.complete(inRoot, offset + shift, declarations);
      return withVoxlab({ ...found, start: found.start - shift, end: found.end - shift }, code, offset);
    },
    inspect(code, offset, declarations) {
      const { code: inRoot, shiftAt } = rewritten(code);
      return compiler.inspect(inRoot, offset + shiftAt(offset), declarations);
    },
  };
}

/** voxlab is found from any folder, also where no package of it lies. */
function withVoxlab(found: Completion, code: string, offset: number): Completion {
  const [, typed] = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"](v[\w/]*)$/.exec(code.slice(0, offset)) ?? [];
  const more = VOXLAB.filter((name) => typed !== undefined && name.startsWith(typed));
  if (typed === undefined || more.length === 0) return found;
  const others =
    found.start === offset - typed.length ? found.matches.filter((name) => !more.includes(name)) : [];
  const kinds = new Map([...found.kinds, ...more.map((name) => [name, 'module'] as const)]);
  const rest = /^[\w/]*(?=['"])/.exec(code.slice(offset))?.[0] ?? '';
  return { matches: [...more, ...others], start: offset - typed.length, end: offset + rest.length, kinds };
}

/** What a complaint about a module that cannot be found lacks. */
function missing({ code, message, file }: Diagnostic, imports: CellImports): { cure?: string } {
  const name = missingModuleIn(code, message);
  return name === undefined ? {} : { cure: imports.cureOf(name, file) };
}

/** `shiftAt`: how much further right an offset of the original lies; `backAt`: the same of a place in the rewritten code. */
function rewriteImports(
  ts: Ts,
  code: string,
  { pathOf }: CellImports,
): {
  code: string;
  shiftAt: (offset: number) => number;
  backAt: (line: number, column: number) => number;
} {
  if (!/['"]\.\.?\//.test(code)) return { code, shiftAt: () => 0, backAt: () => 0 };
  const changes = ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName, pos }) => {
      // TypeScript gives the place of the text or of its quote, depending on the kind of import.
      const from = code.indexOf(fileName, pos);
      return { from, to: from + fileName.length, path: pathOf(fileName) };
    })
    .filter(({ from, to, path }) => from >= 0 && path !== code.slice(from, to));
  let text = code;
  for (const { from, to, path } of [...changes].sort((a, b) => b.from - a.from))
    text = text.slice(0, from) + path + text.slice(to);
  const shiftAt = (offset: number): number =>
    changes.reduce((sum, { from, to, path }) => (to <= offset ? sum + path.length - (to - from) : sum), 0);
  const backAt = (line: number, column: number): number => {
    const start =
      code
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0);
    return changes
      .filter(({ from }) => from >= start && !code.slice(start, from).includes('\n'))
      .sort((a, b) => a.from - b.from)
      .reduce((shift, { from, to, path }) => {
        const end = from - start + path.length + shift;
        return end <= column - 1 ? shift + path.length - (to - from) : shift;
      }, 0);
  };
  return { code: text, shiftAt, backAt };
}
