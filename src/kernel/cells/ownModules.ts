import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { textIfThere } from '../../textIfThere.js';
import { stampOf } from '../typescript/ownPaths.js';
import { iterating, resumed, waiting } from './cellAwaits.js';
import { inMicrotask } from './cellContext.js';
import { CELL_OBJECT } from './cellObject.js';
import { loopWord, stopLoop } from './loopStop.js';
import type { LoweredModule } from './lowering.js';
import { createUsingScope, runInScope } from './usingScope.js';

/** What an own module asks of the modules around it. */
export interface ModuleNeeds {
  readonly lower: (text: string, path: string) => LoweredModule;
  /** What it requires: another own module, or a package. */
  readonly requireFrom: (path: string, folder: string, name: string) => unknown;
  readonly importFrom: (path: string, folder: string, name: string) => Promise<unknown>;
}

interface OwnModule {
  text: string;
  stamp: string;
  readAtMs: number;
  lowered: LoweredModule;
  /** Undefined = to be run (again). */
  exports: { exports: unknown } | undefined;
  /** Begun and not ended: what a module that failed, or was terminated, has exported by then is not the module. */
  isBegun: boolean;
  readonly imports: Set<string>;
}

/** A file that was written so short a time before it was read may be written again with the same times. */
const CLOCK_MS = 100;

/** Modules of the user's own: read by the kernel, so that one that was edited is read anew, and with it all that import it. */
export class OwnModules {
  readonly #modules = new Map<string, OwnModule>();

  constructor(private readonly needs: ModuleNeeds) {}

  /** Its exports; runs it where it has not run since it, or something that it imports, was edited. */
  load(path: string): unknown {
    const module = this.#read(path);
    if (module.exports !== undefined) return module.exports.exports;
    if (path.endsWith('.json')) {
      module.exports = { exports: dataOf(path, module.text) };
      return module.exports.exports;
    }
    if (module.lowered.isAsync)
      throw new Error(
        `${path} waits (await) at its top level: \`import\` it at the head of a cell or with \`await import()\`, not with require()`,
      );
    try {
      this.#begin(path, module);
    } catch (error) {
      module.exports = undefined;
      throw error;
    }
    module.isBegun = false; // not when it was terminated
    return module.exports!.exports;
  }

  /** The same for one that waits at its top level. */
  async loadAwaiting(path: string): Promise<void> {
    const module = this.#read(path);
    if (module.exports !== undefined) return;
    try {
      await inMicrotask(() => this.#begin(path, module));
    } catch (error) {
      module.exports = undefined;
      throw error;
    }
    module.isBegun = false;
  }

  /** Names that it imports statically, and whether it waits at its top level. */
  describe(path: string): Pick<LoweredModule, 'imports' | 'isAsync'> {
    return this.#read(path).lowered;
  }

  /** `importer` takes what it has from `path`. */
  link(importer: string, path: string): void {
    this.#modules.get(importer)?.imports.add(path);
  }

  /** What was terminated midway is run again when it is asked for. */
  forgetBegun(): void {
    for (const module of this.#modules.values()) {
      if (module.isBegun) module.exports = undefined;
      module.isBegun = false;
    }
  }

  /** Looks at all files: what was edited, and what imports it however far up, is run again when it is asked for. */
  refresh(): void {
    const modules = this.#modules;
    const edited = new Set(
      [...modules].filter(([path, module]) => isEdited(path, module)).map(([path]) => path),
    );
    for (const path of dependents(edited, modules)) modules.get(path)!.exports = undefined;
    for (const path of edited) modules.delete(path);
  }

  #read(path: string): OwnModule {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const text = readFileSync(path, 'utf8');
    const lowered = path.endsWith('.json') ? DATA : this.needs.lower(text, path);
    const module: OwnModule = {
      ...{ text, stamp: stampOf(statSync(path)), readAtMs: Date.now(), lowered },
      ...{ exports: undefined, isBegun: false, imports: new Set() },
    };
    this.#modules.set(path, module);
    return module;
  }

  #begin(path: string, module: OwnModule): unknown {
    const { requireFrom, importFrom } = this.needs;
    const folder = dirname(path);
    const held = { exports: {} as unknown };
    const top = createUsingScope();
    module.exports = held;
    const require = Object.assign((name: string) => requireFrom(path, folder, name), {
      resolve: createRequire(path).resolve,
    });
    const cell = {
      import: (name: string) => importFrom(path, folder, name),
      meta: { dirname: folder, filename: path, url: pathToFileURL(path).href },
      ...{ waiting, resumed, iterating, stop: loopWord(), stopLoop, scope: createUsingScope, top },
    };
    module.isBegun = true;
    return runInScope(top, () => functionOf(path, module)(held.exports, require, held, cell, path, folder));
  }
}

function functionOf(path: string, { lowered }: OwnModule): (...args: unknown[]) => unknown {
  const head = `(${lowered.isAsync ? 'async ' : ''}function (exports, require, module, ${CELL_OBJECT}, __filename, __dirname) {`;
  return vm.runInThisContext(`${head}${lowered.script}\n})`, {
    filename: path,
    columnOffset: -head.length,
  }) as (...args: unknown[]) => unknown;
}

const DATA: LoweredModule = { script: '', sourceMap: '', isAsync: false, imports: [] };

function dataOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`${path}: expected JSON, ${(cause as Error).message}`, { cause });
  }
}

function isEdited(path: string, module: OwnModule): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  const stamp = stampOf(stats);
  if (stamp === module.stamp && stats.mtimeMs < module.readAtMs - CLOCK_MS) return false;
  if (textIfThere(path) !== module.text) return true;
  Object.assign(module, { stamp, readAtMs: Date.now() });
  return false;
}

/** These and all that import them, directly or not. */
function dependents(
  paths: ReadonlySet<string>,
  modules: ReadonlyMap<string, { readonly imports: ReadonlySet<string> }>,
): ReadonlySet<string> {
  const found = new Set(paths);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [path, { imports }] of modules)
      if ([...imports].some((imported) => found.has(imported))) found.add(path);
  }
  return found;
}
