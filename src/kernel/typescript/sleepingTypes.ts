import { inPackage } from '../../paths.js';

/**
 * Declarations that are large and that few cells mean: TensorFlow.js's are half of what an import of voxlab leads to, and those of
 * Node's network, cryptography, child processes and tests half of Node's. In their places stand a few lines, until a text names them.
 */
export interface SleepingTypes {
  /** What the compiler gets of a file. */
  textOf(path: string, text: string): string;
  /** Reads what a cell, or a module of the user's own, says; returns the files that are wanted whole from now on. */
  heedCode(text: string): readonly string[];
  /** The same of a package's declarations, which name modules alone. */
  heedDeclarations(path: string, text: string): readonly string[];
}

interface Sleeper {
  isFile(path: string): boolean;
  /** Names its modules. */
  readonly modules: RegExp;
  /** Names what can be had of it without an import. */
  readonly names?: RegExp;
  shortened(text: string): string;
}

interface PartOfNode {
  /** Of @types/node. */
  readonly files: readonly string[];
  /** Its own modules, and those whose declarations mean its types. */
  readonly modules: string;
  /** By what one comes to its types without an import; sleepingTypes.test.ts finds them in the declarations. */
  readonly names?: RegExp;
}

export const PARTS_OF_NODE: readonly PartOfNode[] = [
  {
    files: ['child_process', 'crypto', 'dgram', 'dns', 'dns/promises', 'http', 'tls'],
    modules: 'child_process|cluster|constants|crypto|dgram|dns|http|http2|https|net|tls|undici',
    names:
      /\b(crypto|Blob|File|isKeyObject|isCryptoKey|urlToHttpOptions|lookup|LookupFunction|emit|send|channel|MessageListener)\b|['"`]message['"`]/,
  },
  { files: ['inspector.generated'], modules: 'inspector' },
  { files: ['test'], modules: 'node:test' },
  ...['http2', 'https', 'zlib', 'cluster', 'repl', 'v8'].map((name) => ({
    files: [name],
    modules: name,
  })),
];

const SLEEPERS_OF_NODE: readonly Sleeper[] = PARTS_OF_NODE.map(({ files, modules, names }) => ({
  isFile: (path) => files.some((file) => path.endsWith(`/@types/node/${file}.d.ts`)),
  modules: new RegExp(`['"\`](node:)?(${modules})(/|['"\`])`),
  ...(names && { names }),
  shortened: emptyModules,
}));

const TENSORFLOW: Sleeper = {
  isFile: (path) => path === inPackage('dist', 'src', 'tensorflow', 'tf.d.ts'),
  modules: /['"`]@tensorflow\//,
  // voxlab's public names that have to do with tensors (sleepingTypes.test.ts reads them out of the declarations).
  names:
    /\b(tf|[Tt]ensor\w*|Tensorflow\w*|run|ofRows|conv|dense|dropout|Dropout|meanOfMaps|norm|Normalise|normRelu|Weights)\b/,
  shortened: withoutTensorflow,
};

const SLEEPERS: readonly Sleeper[] = [...SLEEPERS_OF_NODE, TENSORFLOW];

export function createSleepingTypes(): SleepingTypes {
  const asleep = new Set(SLEEPERS);
  const filesOf = new Map<Sleeper, string[]>();
  const wakeWhere = (isNamed: (sleeper: Sleeper) => boolean): string[] =>
    [...asleep].filter(isNamed).flatMap((sleeper) => {
      asleep.delete(sleeper);
      return filesOf.get(sleeper) ?? [];
    });
  return {
    textOf(path, text) {
      const sleeper = SLEEPERS.find(({ isFile }) => isFile(path));
      if (sleeper === undefined) return text;
      if (asleep.has(sleeper)) filesOf.set(sleeper, [...(filesOf.get(sleeper) ?? []), path]);
      return asleep.has(sleeper) ? sleeper.shortened(text) : text;
    },
    heedCode: (text) => wakeWhere(({ modules, names }) => modules.test(text) || (names?.test(text) ?? false)),
    heedDeclarations(path, text) {
      // They name each other; who means one of them says so.
      if (/\/(@types\/node|undici-types)\//.test(path) || TENSORFLOW.isFile(path)) return [];
      return wakeWhere(({ modules }) => modules.test(text));
    },
  };
}

/** Modules of these names, with nothing in them. */
function emptyModules(text: string): string {
  return [...text.matchAll(/^declare module (['"][^'"]+['"])/gm)]
    .map(([, name]) => `declare module ${name} {}\n`)
    .join('');
}

/** The same names, for types without members: what is done with a tensor is an error, and no error is overlooked. */
function withoutTensorflow(text: string): string {
  const types = new Set([...text.matchAll(/\bTensorflow\.(\w+)/g)].map(([, name]) => `interface ${name} {}`));
  return text
    .replace(
      /^import type \* as Tensorflow from .*$/m,
      `declare namespace Tensorflow { const asleep: never; ${[...types].join(' ')} }`,
    )
    .replace(/typeof import\('@tensorflow\/[^;]*;/g, 'object;');
}
