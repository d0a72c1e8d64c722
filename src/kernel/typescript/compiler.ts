import { existsSync, realpathSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as TypeScript from '@tslab/typescript-for-tslab';
import { EnvironmentError } from '../../errors.js';
import { inPackage, jupyterFolder } from '../../paths.js';
import { requireWithCodeCache } from './codeCache.js';
import { withFoldersAbove } from './ownPaths.js';

export type { TypeScript };
export type Ts = typeof TypeScript;

/** The versions whose internals tslab.ts, and the files that it is made of, know. */
export const TSLAB_VERSION = '1.0.22';
export const TYPESCRIPT_VERSION = '6.0.3';

/** The cells' TypeScript alone, for what is read without being run. */
export function loadTypeScript(): Ts {
  return loadCompiler(createRequire(import.meta.url)).ts;
}

/** TypeScript, and what tslab gets of it. */
interface Compiler {
  readonly ts: Ts;
  /** The copy of its exports that tslab's own modules get and whose members can be replaced. */
  readonly seenByTslab: object;
}
let loaded: Compiler | undefined;

export function loadCompiler(packages: NodeJS.Require): Compiler {
  refuseOther(packages, 'tslab', TSLAB_VERSION);
  refuseOther(packages, TYPESCRIPT, TYPESCRIPT_VERSION);
  loaded ??= load(packages);
  return loaded;
}

/** The package stands where tslab looks for its fork of TypeScript. */
const TYPESCRIPT = '@tslab/typescript-for-tslab';

function refuseOther(packages: NodeJS.Require, name: string, expected: string): void {
  const { version } = packages(`${name}/package.json`) as { version: string };
  if (version !== expected)
    throw new EnvironmentError(
      `the kernel knows the internals of ${name} ${expected}, node_modules holds ${version}: run npm ci`,
    );
}

function load(packages: NodeJS.Require): Compiler {
  const path = packages.resolve(TYPESCRIPT);
  const ts = exportsOf(path) as Ts;
  const seenByTslab = { ...ts, ...gone(ts) };
  // Where voxlab is a package, tslab has its fork after all, below its own folder: it is not loaded.
  const tslabs = packages.resolve(TYPESCRIPT, { paths: [dirname(packages.resolve('tslab/package.json'))] });
  // By both names, where a link leads there: which one a `require` takes is Node's to say.
  for (const name of [tslabs, realpathSync(tslabs)])
    packages.cache[name] = Object.assign(new Module(name), { exports: seenByTslab, loaded: true });
  return { ts, seenByTslab };
}

/**
 * The file that is loaded as TypeScript: what scripts/bundle.mjs makes of its nine megabytes, whose comments and long names would
 * stay in memory. voxlab as a package does without: there is TypeScript beside it.
 */
function textOfTypeScript(path: string): string {
  const shortened = inPackage('dist', 'lib', 'typescript.cjs');
  return existsSync(shortened) ? shortened : path;
}

/** V8's cache saves compiling it at each start. Kept when the kernel has come to rest. */
function exportsOf(path: string): unknown {
  const file = `typescript-${TYPESCRIPT_VERSION}-${process.version}.bin`;
  const cached = requireWithCodeCache(path, textOfTypeScript(path), jupyterFolder('cache', file));
  if (!cached.fromCache) setTimeout(() => cached.keep(), 5000).unref();
  return cached.exports;
}

/** A function of TypeScript that its declarations leave out: finds the names that a file declares. */
export function bindSourceFile(
  ts: Ts,
  file: TypeScript.SourceFile,
  options: TypeScript.CompilerOptions,
): void {
  interface Inside {
    bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
  }
  (ts as unknown as Inside).bindSourceFile(file, options);
}

/** What tslab calls and TypeScript 6.0 has under another name, or not at all. */
function gone(ts: Ts): object {
  const { nullTransformationContext } = ts as unknown as { nullTransformationContext: object };
  return {
    getNullTransformationContext: () => nullTransformationContext,
    getDefaultTypeRoots: (folder: string) =>
      withFoldersAbove(folder).map((each) => join(each, 'node_modules', '@types')),
  };
}
