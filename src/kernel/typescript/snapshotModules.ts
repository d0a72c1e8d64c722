import { readFileSync } from 'node:fs';
import Module, { createRequire, isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import vm from 'node:vm';

/**
 * Modules of Node's that no snapshot may hold: on Node 22 or 24 a thread of a process that starts from it ends the process when it
 * loads one of them, which have set up something that is there once only. TypeScript goes without this one.
 */
const REFUSED = ['crypto'];

/**
 * `require` for CommonJS packages in a process of which a snapshot is made: Node's own would say of a process that starts from it that
 * it had loaded modules before its start, and end it. `textFiles`: what is loaded in the place of some of them.
 */
export function snapshotRequire(
  from: string,
  textFiles: Readonly<Record<string, string>> = {},
): NodeJS.Require {
  const cache: NodeJS.Dict<NodeModule> = {};
  const load = (path: string): unknown => {
    const known = cache[path];
    if (known !== undefined) return known.exports;
    const text = readFileSync(textFiles[path] ?? path, 'utf8');
    if (path.endsWith('.json')) return JSON.parse(text) as unknown;
    const module = { exports: {} } as NodeModule;
    cache[path] = module;
    const body = vm.runInThisContext(Module.wrap(text), { filename: path }) as (...args: unknown[]) => void;
    body.call(module.exports, module.exports, requireFrom(path), module, path, dirname(path));
    return module.exports;
  };
  const requireFrom = (file: string): NodeJS.Require => {
    const own = createRequire(file);
    const require = (name: string): unknown => {
      if (REFUSED.includes(name)) throw new Error(`a snapshot cannot hold ${name}`);
      return isBuiltin(name) ? own(name) : load(own.resolve(name));
    };
    return Object.assign(require, {
      resolve: own.resolve,
      cache,
      main: undefined,
      extensions: own.extensions,
    });
  };
  return requireFrom(from);
}
