import Module, { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import vm from 'node:vm';

/** The modules that cells import, resolved from the project's root. */
export interface CellModules {
  /** Where cells are: the root, and a file of it that does not exist. */
  readonly place: { readonly dirname: string; readonly filename: string };
  /** What a cell's `require` is: static imports are lowered to it. */
  readonly require: (name: string) => unknown;
  /** What a cell's `import()` is. */
  import(name: string): Promise<unknown>;
  /**
   * Loads modules before the cell that imports them begins, so that no interrupt leaves one half loaded; among them
   * what `require` cannot load: packages that exist only as ES modules with a top-level await.
   */
  prepare(names: readonly string[], undisturbed: <T>(work: () => T) => T): Promise<void>;
  /** Takes over local .ts and .js modules, lowered, ahead of each cell; a changed one replaces the old. */
  setLocal(modules: readonly { path: string; script: string }[]): void;
}

/** Node's codes for an ES module that `require` cannot load. */
const NEEDS_IMPORT = new Set([
  'ERR_REQUIRE_ASYNC_MODULE',
  'ERR_REQUIRE_ESM',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
]);

/** `pathOf`: what a relative name leads to, see cellImports.ts; static imports come here with that already. */
export function createCellModules(root: string, pathOf = (name: string): string => name): CellModules {
  const requireFromRoot = createRequire(join(root, 'cell.js'));
  const prepared = new Map<string, unknown>();
  const scripts = new Map<string, string>();
  const loaded = new Map<string, NodeJS.Module>();
  /** Begun and not ended: what a module that failed, or was terminated, has exported by then is not the module. */
  const begun = new Set<string>();
  const forgetBegun = (): void => {
    for (const path of begun) loaded.delete(path);
    begun.clear();
  };

  const requireLocal = (path: string): NodeJS.Module | undefined => {
    const known = loaded.get(path);
    const script = scripts.get(path);
    if (known !== undefined || script === undefined) return known;
    const module = new Module(path);
    loaded.set(path, module);
    module.filename = path;
    const original = createRequire(path);
    module.require = ((name: string) => requireFrom(dirname(path), original, name)) as NodeJS.Require;
    begun.add(path);
    try {
      (module as unknown as { _compile(code: string, path: string): void })._compile(script, path);
    } catch (error) {
      loaded.delete(path);
      throw error;
    } finally {
      begun.delete(path); // not when it was terminated
    }
    return module;
  };
  const requireFrom = (folder: string, original: NodeJS.Require, name: string): unknown => {
    if (prepared.has(name)) return prepared.get(name);
    const local = name.startsWith('.') ? requireLocal(withJsEnding(resolve(folder, name))) : undefined;
    return local === undefined ? original(name) : local.exports;
  };
  const importFromRoot = importerFrom(root);

  return {
    place: { dirname: root, filename: join(root, 'cell.js') },
    require: (name) => requireFrom(root, requireFromRoot, name),
    import: async (written) => {
      const name = pathOf(written);
      const local = name.startsWith('.') ? requireLocal(withJsEnding(resolve(root, name))) : undefined;
      return local === undefined ? importFromRoot(name) : local.exports;
    },
    async prepare(names, undisturbed) {
      for (const name of names) {
        if (prepared.has(name) || name.startsWith('.')) continue;
        try {
          undisturbed(() => requireFromRoot(name));
        } catch (error) {
          if (!NEEDS_IMPORT.has(String((error as NodeJS.ErrnoException).code))) continue; // the cell will show it
          prepared.set(name, await importFromRoot(name));
        }
      }
    },
    setLocal(modules) {
      forgetBegun();
      for (const { path, script } of modules) {
        loaded.delete(path);
        scripts.set(path, script);
      }
    },
  };
}

function withJsEnding(path: string): string {
  return extname(path) === '' ? `${path}.js` : path.replace(/\.ts$/, '.js');
}

/** A real `import()` that resolves from the project's root; in this file it would resolve from this file. */
function importerFrom(root: string): (name: string) => Promise<unknown> {
  return vm.runInThisContext('(name) => import(name)', {
    filename: join(root, 'cell.js'),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}
