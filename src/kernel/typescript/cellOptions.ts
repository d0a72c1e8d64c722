import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readJson } from '../../jsonPlace.js';
import { inPackage } from '../../paths.js';
import type { Ts, TypeScript } from './compiler.js';
import type { TypeNames } from './typeNames.js';

/**
 * tslab fixes its compiler options in code. Ours: strict, today's library and syntax, packages that name their types in `exports`,
 * or have none, modules from anywhere, and a source map, so that a traceback can point into the cell.
 */
export function cellOptions(
  ts: Ts,
  tslabs: TypeScript.CompilerOptions,
  names: TypeNames,
): TypeScript.CompilerOptions {
  const { newLine, declaration, resolveJsonModule, jsx, typeRoots, skipLibCheck, outDir } = tslabs;
  return {
    ...({ newLine, declaration, resolveJsonModule, jsx, typeRoots, skipLibCheck, outDir } as object),
    // The newest: lowering.ts brings it down to what this Node runs.
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    lib: librariesOfNode(),
    types: ['node'],
    paths: { ...names.paths, ...pathsOfVoxlab() },
    // JavaScript of the user's own has the types that TypeScript reads out of it, and is not checked itself; that of packages is `any`.
    allowJs: true,
    checkJs: false,
    maxNodeModuleJsDepth: 0,
    allowImportingTsExtensions: true,
    noUncheckedSideEffectImports: true,
    rootDir: '/',
    sourceMap: true,
  };
}

/** What came after ES2023, Node 20's: declared where this Node has it. */
const LATER: readonly [name: string, isThere: boolean][] = [
  ['es2024', has(Object, 'groupBy')],
  ['es2025.collection', has(Set.prototype, 'union')],
  ['es2025.iterator', has(globalThis, 'Iterator')],
  ['es2025.promise', has(Promise, 'try')],
  ['es2025.regexp', has(RegExp, 'escape')],
  ['es2025.float16', has(globalThis, 'Float16Array')],
  ['esnext.array', has(Array, 'fromAsync')],
  ['esnext.disposable', has(globalThis, 'DisposableStack')],
];

function has(of: object, name: string): boolean {
  return name in of;
}

function librariesOfNode(): string[] {
  const later = LATER.flatMap(([name, isThere]) => (isThere ? [name] : []));
  return ['es2023', ...later].map((name) => `lib.${name}.d.ts`);
}

/** Where the types of voxlab lie, which is found from any folder: the project's own, else that in whose kernel the cells run. */
function pathsOfVoxlab(): Record<string, string[]> {
  const description = voxlabFrom(process.cwd());
  const doors = readJson(description, "voxlab's package.json").at('exports').entries();
  return Object.fromEntries(
    doors.flatMap(([door, target]) => {
      const types = typeof target.value === 'string' ? undefined : target.at('types');
      return types?.isThere === true
        ? [[`voxlab${door.slice(1)}`, [join(dirname(description), types.text())]]]
        : [];
    }),
  );
}

function voxlabFrom(folder: string): string {
  try {
    return createRequire(join(folder, 'cell.js')).resolve('voxlab/package.json');
  } catch {
    return inPackage('package.json');
  }
}
