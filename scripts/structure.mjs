// What a file imports, and whether the arrows of src/ lead one way: for check.mjs and drawArchitecture.mjs.
import { posix } from 'node:path';

/** Files beside the stages: any of them may import any other. */
const FIRST_STAGES = [
  'decimal',
  'given',
  'percent',
  'withoutControls',
  'errors',
  'textIfThere',
  'freeMemory',
  'freeDisk',
  'nvidiaGpus',
  'hangingCalls',
  'leftBehind',
  'withinTime',
  'silentMounts',
  'forgetLastStat',
  'guardedCall',
  'awaitReadable',
  'random',
  'progress',
  'paths',
  'sharedPath',
  'koffi',
  'libc',
  'jsonPlace',
  'doctor',
  'fileLock',
  'fileSum',
  'parentProcess',
  'portFilter',
  'portGuard',
  'threadPool',
  'untilAborted',
  'version',
];
/** Those that are gone, in words. */
export function goneFiles(sources) {
  return FIRST_STAGES.filter((name) => !sources.includes(`src/${name}.ts`)).map(
    (name) => `FIRST_STAGES names src/${name}.ts, which is gone; take it out of scripts/structure.mjs`,
  );
}

/** Top folders of src/ in the order of the data: each imports from itself and from those before it only. */
export const STAGES = [
  FIRST_STAGES,
  ...[
    'config',
    'volumes',
    'lungs',
    'candidates',
    'sample',
    'store',
    'patches',
    'detection',
    'feed',
    'tensorflow',
    'model',
    'scores',
  ],
  ...[
    'training',
    'evaluation',
    'marks',
    'gpu',
    'figures',
    'exchange',
    'kernel',
    'widgets',
    'commands',
    'doors',
    'index',
  ],
].flat();

/** Names of the modules in import, export-from, import() and require. */
export function readImports(text) {
  const code = text.replace(/^\s*(\*|\/\/).*$/gm, '');
  return [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire(?:\.resolve)?\(\s*)'([^'\s]+)'/g)].map(
    (match) => match[1],
  );
}

/** Those of them that are files of src/. */
export function importedFiles(file, names) {
  return names
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'))
    .filter((target) => target.startsWith('src/'));
}

/** Those of them that are packages. */
export function libraryImports(names) {
  const packages = names
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  return new Set(packages);
}

/** Imports against the order of the stages, in words. `imports`: file -> files. */
export function outOfOrder(imports) {
  return [...imports].flatMap(([file, targets]) => {
    const from = stageOf(file);
    if (!STAGES.includes(from)) return [`${file}: '${from}' is not a stage; add it to scripts/structure.mjs`];
    return targets
      .map((target) => ({ target, to: stageOf(target) }))
      .filter(({ to }) => to !== from && STAGES.indexOf(to) > STAGES.indexOf(from) && !bothFirst(from, to))
      .map(({ target }) => `${file} imports ${target}, which comes after it`);
  });
}

/** `src/volumes/voxels/geometry.ts` -> `volumes`; `src/errors.ts` -> `errors`. */
function stageOf(file) {
  return file.split('/')[1].replace(/\.ts$/, '');
}

function bothFirst(a, b) {
  return FIRST_STAGES.includes(a) && FIRST_STAGES.includes(b);
}

/** The same arrows between folders below src/. */
export function roomsOf(imports) {
  const rooms = new Map();
  for (const [file, targets] of imports) {
    const from = posix.dirname(file);
    if (from === 'src') continue;
    const to = rooms.get(from) ?? new Set();
    rooms.set(from, to);
    for (const target of targets) {
      const room = posix.dirname(target);
      if (room !== from && room !== 'src') to.add(room);
    }
  }
  return rooms;
}

/** Sets of nodes that reach each other (Tarjan 1972), sorted. `graph`: node -> nodes. */
export function circlesOf(graph) {
  const found = new Map();
  const stack = [];
  const circles = [];
  const visit = (node) => {
    const state = { index: found.size, low: found.size, isOpen: true };
    found.set(node, state);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const known = found.get(next) ?? visit(next);
      if (known.isOpen) state.low = Math.min(state.low, known.low);
    }
    if (state.low === state.index) {
      const circle = stack.splice(stack.indexOf(node));
      for (const each of circle) found.get(each).isOpen = false;
      if (circle.length > 1) circles.push(circle.sort());
    }
    return state;
  };
  for (const node of graph.keys()) if (!found.has(node)) visit(node);
  return circles.sort();
}
