import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname } from 'node:path';
import vm from 'node:vm';
import { EnvironmentError } from '../../errors.js';
import { writeFileAtomically } from '../../paths.js';

export interface CachedModule {
  readonly exports: unknown;
  /** Whether V8 took the code from the cache. */
  readonly fromCache: boolean;
  /**
   * Writes what V8 has compiled by now, for the next start. Takes some tenths of a second for a large module. Where it cannot be written
   * (a full disk, another user's clone) each start compiles anew.
   */
  keep(): void;
}

/**
 * Loads a CommonJS module with V8's code cache, and puts it where `require` finds it. A cache of another Node or of
 * another text is refused by V8, and the module is compiled as ever. `textFile`: what is loaded in the place of `path`.
 */
export function requireWithCodeCache(path: string, textFile: string, cacheFile: string): CachedModule {
  const require = createRequire(path);
  const cachedData = bytesIfThere(cacheFile);
  const script = new vm.Script(Module.wrap(readFileSync(textFile, 'utf8')), {
    filename: path,
    ...(cachedData && { cachedData }),
  });
  const module = new Module(path);
  module.filename = path;
  require.cache[path] = module;
  const body = script.runInThisContext() as (...args: unknown[]) => void;
  body.call(module.exports, module.exports, require, module, path, dirname(path));
  module.loaded = true;
  return {
    exports: module.exports,
    fromCache: cachedData !== undefined && script.cachedDataRejected === false,
    keep() {
      try {
        writeFileAtomically(cacheFile, script.createCachedData());
      } catch (error) {
        if (!(error instanceof EnvironmentError)) throw error;
      }
    },
  };
}

/** Undefined also for a file that another user's rights, or another process, keep from being read. */
function bytesIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
