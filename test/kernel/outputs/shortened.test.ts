import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import { mimeBundleOf } from '../../../src/kernel/outputs/mimeBundle.js';
import { inspectShort } from '../../../src/kernel/outputs/shortened.js';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

const SIZES = [3, 1000, 20_000_000];
/** Shown in less than this, and in so little text. */
const MOST_MS = 500;
const MOST_CHARACTERS = 120_000;

const upTo = (size: number, most: number): number => Math.min(size, most);
const list = <T>(size: number, item: (index: number) => T): T[] =>
  Array.from({ length: size }, (_, index) => item(index));
/** An object with so many keys that V8 keeps them in a table. */
function withKeys<T extends object>(target: T, size: number): T {
  for (let index = 0; index < size; index++) Object.assign(target, { [`key${index}`]: index });
  return target;
}
const fails = (): never => {
  throw new Error('looked at');
};
class Own {
  readonly #secret = 1;
  get [Symbol.toStringTag](): string {
    return `own ${this.#secret}`;
  }
}

/** 30 kinds and more, each of a size; what would take the test itself too long to make is smaller. */
const KINDS: Readonly<Record<string, (size: number) => unknown>> = {
  'typed array': (size) => new Int16Array(size),
  'typed array of floats': (size) => new Float32Array(size).fill(Number.NaN),
  'typed array of bigints': (size) => new BigUint64Array(size),
  buffer: (size) => Buffer.alloc(size),
  'array buffer': (size) => new ArrayBuffer(size),
  'shared buffer': (size) => new SharedArrayBuffer(size),
  'data view': (size) => new DataView(new ArrayBuffer(size)),
  array: (size) => new Array(size).fill(1),
  'array of texts': (size) => new Array(size).fill('text'),
  'array with a hole': (size) => Object.assign(new Array(size).fill(1), { 0: undefined, length: size + 1 }),
  'sparse array': (size) => Object.assign([], { [size]: 1 }),
  'array in arrays': (size) => list(upTo(size, 200), () => list(upTo(size, 200), () => list(20, String))),
  'class of arrays': (size) => new (class Scores extends Array<number> {})(size).fill(2),
  records: (size) => list(upTo(size, 50_000), (id) => ({ id, name: `n${id}` })),
  map: (size) => new Map(list(upTo(size, 200_000), (index) => [index, { index }])),
  set: (size) => new Set(list(upTo(size, 200_000), String)),
  'iterator of a map': (size) => new Map(list(upTo(size, 200_000), (index) => [index, index])).entries(),
  'weak map': () => new WeakMap([[{}, 1]]),
  'object with many keys': (size) => withKeys({}, upTo(size, 200_000)),
  'object as a list': (size) => ({ ...new Array(upTo(size, 1_000_000)).fill(1) }),
  'object without prototype': (size) => withKeys(Object.create(null) as object, upTo(size, 200_000)),
  'objects in objects': (size) =>
    list(upTo(size, 10_000), String).reduce<object>((all, at) => ({ [at]: all, all }), {}),
  cycle: (size) => {
    const all: unknown[] = new Array(size).fill('x');
    all[0] = all;
    return all;
  },
  'getters that throw': (size) =>
    list(upTo(size, 10_000), String).reduce(
      (all, key) => Object.defineProperty(all, key, { get: fails, enumerable: true }),
      {},
    ),
  'a tag that throws': (size) =>
    Object.defineProperty({ data: new Int8Array(size) }, Symbol.toStringTag, { get: fails }),
  'a constructor that throws': (size) =>
    Object.defineProperty({ data: new Int8Array(size) }, 'constructor', { get: fails }),
  'a form that throws': (size) => ({ size, [inspect.custom]: fails }),
  'instance with private names': (size) => withKeys(new Own(), upTo(size, 20_000)),
  'proxy of a typed array': (size) => new Proxy(new Uint8Array(size), {}),
  'proxy that throws': (size) =>
    new Proxy(withKeys({}, upTo(size, 200_000)), {
      get: fails,
      has: fails,
      ownKeys: fails,
      getPrototypeOf: fails,
    }),
  text: (size) => Buffer.alloc(size, 'x').toString(),
  'text as an object': (size) => new String(Buffer.alloc(size, 'x').toString()),
  'name of a key': (size) => ({ ['x'.repeat(size)]: 1 }),
  bigint: (size) => 1n << BigInt(size),
  symbol: (size) => Symbol('x'.repeat(size)),
  error: (size) => withKeys(new Error('x'.repeat(upTo(size, 1_000_000))), upTo(size, 20_000)),
  promise: (size) => Promise.resolve(withKeys({}, upTo(size, 200_000))),
  function: (size) => withKeys(() => size, upTo(size, 20_000)),
  class: (size) => Object.assign(class Holder {}, { data: new Uint8Array(size) }),
  'of another realm': (size) =>
    vm.runInNewContext(`({ data: new Int16Array(${size}), list: Array(${size}).fill('a') })`),
  volume: (size) => {
    const edge = Math.floor(Math.cbrt(size));
    return {
      data: new Int16Array(edge ** 3),
      size: [edge, edge, edge],
      spacingMm: [1, 1, 2],
      originMm: [0, 0, 0],
    };
  },
  'arrays in an object': (size) =>
    Object.fromEntries(list(50, (at) => [`a${at}`, new Float64Array(upTo(size, 200_000))])),
};

for (const [kind, make] of Object.entries(KINDS))
  test(`mimeBundleOf(): ${kind} of any size is shown at once, in little text, and leaves nothing behind`, () => {
    for (const size of SIZES) {
      const value = make(size);
      collectGarbage();
      const before = process.memoryUsage();
      // The quicker of two, in time of the processor: other programs run on this machine, too.
      const [first, second] = [0, 1].map(() => {
        const from = process.cpuUsage();
        const length = JSON.stringify(mimeBundleOf(value)).length;
        const { user, system } = process.cpuUsage(from);
        return { length, ms: (user + system) / 1000 };
      });
      assert.ok(Math.min(first!.ms, second!.ms) < MOST_MS, `${size}: ${first!.ms}, ${second!.ms} ms`);
      assert.ok(first!.length < MOST_CHARACTERS, `${size}: ${first!.length} characters`);
      collectGarbage();
      const after = process.memoryUsage();
      // An error keeps its stack, once that has been read.
      const kept = after.heapUsed + after.external - before.heapUsed - before.external;
      assert.ok(kept < 8e6, `${size}: ${(kept / 1e6).toFixed(1)} MB stay`);
    }
  });

const show = (value: unknown): string => inspectShort(value, { breakLength: 1000 });

test('inspectShort() shows a short value as inspect does', () => {
  class Scan {
    readonly size = [1, 2];
    readonly #hidden = 1;
    get hidden(): number {
      return this.#hidden;
    }
  }
  const cyclic = { name: 'a', list: Object.assign(['a'], { length: 3 }), self: null as unknown };
  cyclic.self = cyclic;
  const groups = Object.assign(Object.create(null) as object, { a: 1 });
  for (const value of [
    ...[1, 'a', null, undefined, true, 10n, Symbol('s'), () => 1, class A {}],
    ...[[], {}, [[1, [2, [3, [4, [5, [6]]]]]]], { a: { b: { c: { d: { e: { f: 1 } } } } } }],
    ...[new Scan(), cyclic, groups, [groups], /x(?<a>y)/.exec('xy'), new Map([[{ a: 1 }, new Set([1])]])],
    ...[new Date(0), /x/g, new Error('e', { cause: { a: 1 } }), Promise.resolve({ a: 1 }), new WeakMap()],
    ...[
      Uint8Array.of(1, 2),
      Buffer.from('ab'),
      new URL('http://a.b/c'),
      new Proxy({ a: 1 }, {}),
      Object('text'),
    ],
    ...[
      {
        get a() {
          return 1;
        },
        set b(_: number) {},
      },
      { [Symbol('k')]: 1, 'a-b': 2 },
      [undefined, null],
    ],
  ])
    assert.equal(show(value), inspect(value, { depth: 4, breakLength: 1000 }));
});

test('inspectShort() shortens what only inspect can reach, and marks what it leaves out', () => {
  const many = Object.fromEntries(list(300, (index) => [`k${index}`, index]));
  assert.match(show(Promise.resolve(many)), /k199: 199,\s+voxlabMoreKeys_100: 0/);
  assert.match(show(new Map([['a', many]])), /k199: 199,\s+voxlabMoreKeys_100: 0/);
  assert.match(show({ a: new Proxy(many, {}) }), /k199: 199,\s+voxlabMoreKeys_100: 0/);
  assert.match(show(2n ** 100_000n), /^9\.990\d\.\.\.e\+30102n \(a bigint of 30103 digits\)$/);
});
