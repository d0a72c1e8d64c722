import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { inPackage } from '../../paths.js';
import { ownModulePath } from '../typescript/ownPaths.js';
import { inMicrotask } from './cellContext.js';
import type { LoweredModule } from './lowering.js';
import { OwnModules } from './ownModules.js';

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

/** The modules that cells import, resolved from the project's root. */
export class CellModules {
  /** Where cells are: the root, and a file of it that does not exist. */
  readonly place: { readonly dirname: string; readonly filename: string };
  /** Packages that Node's `require` does not take: by the folder that imports them, and name. */
  readonly #prepared = new Map<string, unknown>();
  readonly #own: OwnModules;

  constructor(private readonly options: CellModulesOptions) {
    this.place = { dirname: options.root, filename: join(options.root, 'cell.js') };
    this.#own = new OwnModules({
      lower: options.lower,
      requireFrom: (importer, folder, name) => this.#requireFrom(importer, folder, name),
      importFrom: (importer, folder, name) => this.#importFrom(importer, folder, name),
    });
  }

  /** What a cell's `require` is: static imports are lowered to it. */
  readonly require = (name: string): unknown => {
    try {
      return this.#requireFrom(this.place.filename, this.place.dirname, name);
    } catch (error) {
      throw this.#withCure(error, name);
    }
  };

  /** What a cell's `import()` is. */
  readonly import = (written: string): Promise<unknown> => {
    const name = this.options.pathOf?.(written) ?? written;
    this.#own.refresh();
    return this.#importFrom(this.place.filename, this.place.dirname, name).catch((error) => {
      throw this.#withCure(error, written);
    });
  };

  /** Ahead of each cell: own modules whose top level was terminated are run again when they are asked for. */
  forgetBegun(): void {
    this.#own.forgetBegun();
  }

  /**
   * Ahead of the cell that imports these: own modules that were edited will be read anew, packages are loaded, so that no
   * interrupt leaves one half loaded; among them, and in the own modules, what `require` cannot load: packages that exist
   * only as ES modules with a top-level await, own modules with one.
   */
  async prepare(names: readonly string[], undisturbed: Undisturbed): Promise<void> {
    this.#own.refresh();
    const seen = new Set<string>();
    for (const name of names) await this.#prepareFrom(this.place.filename, name, seen, undisturbed);
  }

  #ownPath(folder: string, name: string): string | undefined {
    const path = ownModulePath(folder, name);
    return path === undefined || this.options.isCompiled?.(path) === true ? undefined : path;
  }

  #requireFrom(importer: string, folder: string, name: string): unknown {
    const path = this.#ownPath(folder, name);
    if (path !== undefined) {
      this.#own.link(importer, path);
      return this.#own.load(path);
    }
    const key = `${folder}\0${name}`;
    return this.#prepared.has(key) ? this.#prepared.get(key) : requirePackage(importer, name);
  }

  async #importFrom(importer: string, folder: string, name: string): Promise<unknown> {
    const path = this.#ownPath(folder, name);
    if (path === undefined) return importerFrom(importer)(isVoxlab(name) ? voxlabUrl(importer, name) : name);
    await this.#prepareOwn(path, new Set(), (work) => work());
    this.#own.link(importer, path);
    return inMicrotask(() => namespaceOf(this.#own.load(path)));
  }

  async #prepareFrom(
    importer: string,
    name: string,
    seen: Set<string>,
    undisturbed: Undisturbed,
  ): Promise<void> {
    const folder = dirname(importer);
    const path = this.#ownPath(folder, name);
    const key = `${folder}\0${name}`;
    if (path !== undefined) {
      this.#own.link(importer, path);
      await this.#prepareOwn(path, seen, undisturbed);
    } else if (!this.#prepared.has(key) && !name.startsWith('.'))
      try {
        undisturbed(() => requirePackage(importer, name));
      } catch (error) {
        if (!NEEDS_IMPORT.has(String((error as NodeJS.ErrnoException).code))) return; // the cell will show it
        this.#prepared.set(key, required((await importerFrom(importer)(name)) as object));
      }
  }

  /** What a module imports comes before it, as it is with ES modules. */
  async #prepareOwn(path: string, seen: Set<string>, undisturbed: Undisturbed): Promise<void> {
    if (seen.has(path) || path.endsWith('.json')) return;
    seen.add(path);
    const { imports, isAsync } = this.#own.describe(path);
    for (const name of imports) await this.#prepareFrom(path, name, seen, undisturbed);
    if (isAsync) await this.#own.loadAwaiting(path);
  }

  /** Of what Node says the words; where the cell itself names the module, also the cure. */
  #withCure(thrown: unknown, name: string): unknown {
    const { cureOf } = this.options;
    if (cureOf === undefined || !isMissing(thrown, this.place.filename)) return thrown;
    thrown.message = `Cannot find module '${name}'; ${cureOf(name)}`;
    return thrown;
  }
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
