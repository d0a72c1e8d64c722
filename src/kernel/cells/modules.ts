import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { inPackage } from '../../paths.js';
import { ownModulePath } from '../typescript/ownPaths.js';
import { inMicrotask } from './cellContext.js';
import type { LoweredModule } from './lowering.js';
import { createOwnModules } from './ownModules.js';

/** The modules that cells import, resolved from the project's root. */
export interface CellModules {
  /** Where cells are: the root, and a file of it that does not exist. */
  readonly place: { readonly dirname: string; readonly filename: string };
  /** What a cell's `require` is: static imports are lowered to it. */
  readonly require: (name: string) => unknown;
  /** What a cell's `import()` is. */
  import(name: string): Promise<unknown>;
  /** Ahead of each cell: own modules whose top level was terminated are run again when they are asked for. */
  forgetBegun(): void;
  /**
   * Ahead of the cell that imports these: own modules that were edited will be read anew, packages are loaded, so that no
   * interrupt leaves one half loaded; among them, and in the own modules, what `require` cannot load: packages that exist
   * only as ES modules with a top-level await, own modules with one.
   */
  prepare(names: readonly string[], undisturbed: <T>(work: () => T) => T): Promise<void>;
}

export interface CellModulesOptions {
  readonly root: string;
  readonly lower: (text: string, path: string) => LoweredModule;
  /** What a relative name leads to, see cellImports.ts; static imports come here with that already. */
  readonly pathOf?: (name: string) => string;
  /** What to write instead of a name that leads nowhere, see missingModule.ts. */
  readonly cureOf?: (name: string) => string;
  /** Whether a file is a compiled source of the project: such is Node's, the same module that the package is. */
  readonly isCompiled?: (path: string) => boolean;
}

/** Node's codes for an ES module that `require` cannot load. */
const NEEDS_IMPORT = new Set([
  'ERR_REQUIRE_ASYNC_MODULE',
  'ERR_REQUIRE_ESM',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
]);

export function createCellModules({
  root,
  lower,
  pathOf = (name) => name,
  cureOf,
  isCompiled = () => false,
}: CellModulesOptions): CellModules {
  const cellFile = join(root, 'cell.js');
  /** Packages that Node's `require` does not take: by the folder that imports them, and name. */
  const prepared = new Map<string, unknown>();

  const ownPath = (folder: string, name: string): string | undefined => {
    const path = ownModulePath(folder, name);
    return path === undefined || isCompiled(path) ? undefined : path;
  };
  const requireFrom = (importer: string, folder: string, name: string): unknown => {
    const path = ownPath(folder, name);
    if (path !== undefined) {
      own.link(importer, path);
      return own.load(path);
    }
    const key = `${folder}\0${name}`;
    return prepared.has(key) ? prepared.get(key) : requirePackage(importer, name);
  };
  const importFrom = async (importer: string, folder: string, name: string): Promise<unknown> => {
    const path = ownPath(folder, name);
    if (path === undefined) return importerFrom(importer)(isVoxlab(name) ? voxlabUrl(importer, name) : name);
    await prepareOwn(path, new Set(), (work) => work());
    own.link(importer, path);
    return inMicrotask(() => namespaceOf(own.load(path)));
  };
  const own = createOwnModules({ lower, requireFrom, importFrom });

  const prepareFrom = async (
    importer: string,
    name: string,
    seen: Set<string>,
    undisturbed: Undisturbed,
  ): Promise<void> => {
    const folder = dirname(importer);
    const path = ownPath(folder, name);
    const key = `${folder}\0${name}`;
    if (path !== undefined) {
      own.link(importer, path);
      await prepareOwn(path, seen, undisturbed);
    } else if (!prepared.has(key) && !name.startsWith('.'))
      try {
        undisturbed(() => requirePackage(importer, name));
      } catch (error) {
        if (!NEEDS_IMPORT.has(String((error as NodeJS.ErrnoException).code))) return; // the cell will show it
        prepared.set(key, required((await importerFrom(importer)(name)) as object));
      }
  };
  /** What a module imports comes before it, as it is with ES modules. */
  const prepareOwn = async (path: string, seen: Set<string>, undisturbed: Undisturbed): Promise<void> => {
    if (seen.has(path) || path.endsWith('.json')) return;
    seen.add(path);
    const { imports, isAsync } = own.describe(path);
    for (const name of imports) await prepareFrom(path, name, seen, undisturbed);
    if (isAsync) await own.loadAwaiting(path);
  };

  /** Of what Node says the words; where the cell itself names the module, also the cure. */
  const withCure = (thrown: unknown, name: string): unknown => {
    if (cureOf === undefined || !isMissing(thrown, cellFile)) return thrown;
    thrown.message = `Cannot find module '${name}'; ${cureOf(name)}`;
    return thrown;
  };

  return {
    place: { dirname: root, filename: cellFile },
    require: (name) => {
      try {
        return requireFrom(cellFile, root, name);
      } catch (error) {
        throw withCure(error, name);
      }
    },
    import: (written) => {
      const name = pathOf(written);
      own.refresh();
      return importFrom(cellFile, root, name).catch((error) => {
        throw withCure(error, written);
      });
    },
    forgetBegun: own.forgetBegun,
    async prepare(names, undisturbed) {
      own.refresh();
      const seen = new Set<string>();
      for (const name of names) await prepareFrom(cellFile, name, seen, undisturbed);
    },
  };
}

/** Whether Node found no module that this file asked for: not one that a module of it asks for. */
function isMissing(thrown: unknown, file: string): thrown is Error {
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as NodeJS.ErrnoException;
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return false;
  const { requireStack } = thrown as { requireStack?: readonly string[] };
  return requireStack === undefined
    ? thrown.message.endsWith(`imported from ${file}`)
    : requireStack[0] === file;
}

type Undisturbed = <T>(work: () => T) => T;

/** `import()` of a CommonJS module gives it as the default, with its properties beside it. */
function namespaceOf(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null) return { default: exports };
  return '__esModule' in exports ? exports : { ...exports, default: exports };
}

/** The namespace of an ES module as what `require` is lowered to reads it: with its default as a default. */
function required(namespace: object): object {
  return Object.create(null, {
    ...Object.fromEntries(
      Object.keys(namespace).map((name) => [
        name,
        { enumerable: true, get: () => (namespace as Record<string, unknown>)[name] },
      ]),
    ),
    __esModule: { value: true },
  }) as object;
}

function isVoxlab(name: string): boolean {
  return name === 'voxlab' || name.startsWith('voxlab/');
}

/** A package as the importing file finds it; voxlab itself, which runs here, is found from everywhere. */
function requirePackage(importer: string, name: string): unknown {
  const require = createRequire(importer);
  if (isVoxlab(name) && !isFound(require, name)) return createRequire(inPackage('package.json'))(name);
  return require(name);
}

function voxlabUrl(importer: string, name: string): string {
  const require = createRequire(importer);
  return isFound(require, name) ? name : createRequire(inPackage('package.json')).resolve(name);
}

function isFound(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** A real `import()` that resolves from a file; in this file it would resolve from this file. */
function importerFrom(file: string): (name: string) => Promise<unknown> {
  return vm.runInThisContext('(name) => import(name)', {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}
