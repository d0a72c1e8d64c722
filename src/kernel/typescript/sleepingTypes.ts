import { inPackage } from '../../paths.js';

/**
 * Declarations that are large and that few cells mean: TensorFlow.js's are half of what an import of voxlab leads to, and those of
 * Node's inspector, HTTP/2 and tests a quarter of Node's. In their places stand a few lines, until a text names them.
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

/** Files of @types/node that its global names do not need, and the modules that they declare. */
const FILES_OF_NODE: Readonly<Record<string, string>> = {
  'inspector.generated': '(node:)?inspector',
  http2: '(node:)?http2',
  https: '(node:)?https',
  test: 'node:test',
  zlib: '(node:)?zlib',
  cluster: '(node:)?cluster',
  repl: '(node:)?repl',
  v8: '(node:)?v8',
};

const MODULES_OF_NODE: readonly Sleeper[] = Object.entries(FILES_OF_NODE).map(([file, names]) => ({
  isFile: (path) => path.endsWith(`/@types/node/${file}.d.ts`),
  modules: new RegExp(`['"\`]${names}(/|['"\`])`),
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

const SLEEPERS: readonly Sleeper[] = [...MODULES_OF_NODE, TENSORFLOW];

export function createSleepingTypes(): SleepingTypes {
  const asleep = new Set(SLEEPERS);
  const filesOf = new Map<Sleeper, string>();
  const wakeWhere = (isNamed: (sleeper: Sleeper) => boolean): string[] =>
    [...asleep].filter(isNamed).flatMap((sleeper) => {
      asleep.delete(sleeper);
      return filesOf.get(sleeper) ?? [];
    });
  return {
    textOf(path, text) {
      const sleeper = SLEEPERS.find(({ isFile }) => isFile(path));
      if (sleeper === undefined) return text;
      filesOf.set(sleeper, path);
      return asleep.has(sleeper) ? sleeper.shortened(text) : text;
    },
    heedCode: (text) => wakeWhere(({ modules, names }) => modules.test(text) || (names?.test(text) ?? false)),
    heedDeclarations(path, text) {
      // They name each other; who means one of them says so.
      if (path.includes('/@types/node/') || TENSORFLOW.isFile(path)) return [];
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
