import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import {
  type CellService,
  createCellService,
  MEANS_MORE,
} from '../../../src/kernel/typescript/cellService.js';
import { loadTypeScript } from '../../../src/kernel/typescript/compiler.js';
import { type CellCompiler, createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import { createTypeNames } from '../../../src/kernel/typescript/typeNames.js';
import { inRepository, REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const ts = loadTypeScript();
const compilers: CellCompiler[] = [];
after(() => {
  for (const compiler of compilers) compiler.close();
});
const newCompiler = (): CellCompiler => {
  compilers.push(createCellCompiler());
  return compilers.at(-1)!;
};

/** What the core of the language is enough for, and what only looks so. */
const CELLS = [
  ...['1 + 1', 'const n: number = 20; n + 1', 'let list = []; list.push(1); list', "const s = 'a' as const;"],
  ...[
    'const wrong: number = "text";',
    'function f(x) { return x; }',
    'nowhere',
    '"text".nothing',
    '[].flat()',
  ],
  ...['function* g() { yield 1; }', 'async function later() {}', 'await 0', 'const later = async () => 1;'],
  ...['for (const c of "text") c;', '[...[1, 2], 3]', 'const [a, ...rest] = [1, 2, 3];', 'Math.max(...[1])'],
  ...[
    'const big = 1n;',
    '2n ** 3n',
    '10n.toLocaleString()',
    'Symbol("s")',
    'const { a = 1, ...b } = { c: 2 };',
  ],
  ...['`text`', 'String.raw`a`', '/a(?<n>b)/.exec("ab")?.groups', '"a-b".replace(/-/g, "+")'],
  ...[
    'new Int16Array(3)',
    'new Float32Array([1])[0]',
    'new Array(3).fill(0)',
    'Array.from([1])',
    'new Map()',
  ],
  ...[
    'JSON.parse("1").any',
    'Object.keys({ a: 1 })',
    'Object.entries({ a: 1 })',
    'Object.assign({}, { b: 1 })',
  ],
  ...['new Date().toISOString()', 'new Error("a", { cause: 1 })', 'new Error("a").stack', 'parseInt("1")'],
  ...['try { f(); } catch (e) { e; } function f() {}', 'class A { #x = 1; get x() { return this.#x; } }'],
  ...['class B { static { B.name; } }', 'enum Kind { A, B } Kind.A', 'namespace N { export const x = 1; }'],
  ...[
    'interface Promise { own: 1 } let p: Promise = { own: 1 }; p.own',
    'type P = Partial<{ a: 1 }>; let p: P;',
  ],
  ...['let o = { a: 1 } satisfies object;', 'let u: unknown; u as Awaited<Promise<1>>', 'using x = null;'],
  ...['console.log(1)', 'process.pid', 'setTimeout(() => {}, 1)', 'globalThis.process', 'new URL("a:b")'],
  ...[
    'declare global { interface Promise<T> { added: T } }',
    'declare const d: Buffer; d.length',
    'prompt("a")',
  ],
  ...[
    'require("fs")',
    'import fs from "fs"; fs.F_OK',
    'export const e = 1;',
    'import("fs")',
    'import.meta.url',
  ],
  ...[
    '@dec class D {} function dec(..._: unknown[]) {}',
    'const f = (x = 1) => x; f()',
    'let t: [number, string];',
  ],
  ...[
    '(function () { return arguments; })()',
    'typeof window',
    'void 0',
    'null!',
    'let x: Iterable<number>;',
  ],
  ...['"a".at(0)', '[1].at(0)', '[1, 2].includes(2)', 'structuredClone(1)', 'Number.EPSILON', 'isNaN(1)'],
  ...[
    'for (const x of 5) x;',
    '[...5]',
    'const [a] = 5;',
    '({ a: [b] }: { a: number }) => b',
    'Math.max(...5)',
  ],
  ...[
    'async function f(): number { return 1; }',
    'const n: number = (async () => 1)();',
    '1n + 1',
    'yield* 5',
  ],
  ...[
    'function* g(): number {}',
    'class G { *m(): string {} }',
    'const g = { *m(): string {} };',
    'new Date(new Date())',
  ],
  ...[
    'class H<T> { constructor(readonly t: T) {} } new H(1).t.toFixed()',
    '"a".match(/b/)!.groups',
    'let f: () => void;',
  ],
  ...[
    'function over(x: string): 1; function over(x: number): 2; function over(): any {} over(1)',
    'for (const k in {}) k;',
  ],
  ...['let d: Date = new Date(); d.toLocaleDateString("en", { dateStyle: "full" })', '(1).toFixed(2)'],
];

test('a cell of which nothing is said against the core of the language is what it is against all declarations', () => {
  const whole = newService();
  whole.takeWhole();
  const enough = [...CELLS, ...cellsOfNotebooks()].filter((cell) => {
    if (MEANS_MORE.test(cell)) return false;
    const made = madeBy(newService(), cell);
    if (made.codes.length > 0) return false;
    assert.deepEqual(made, madeBy(whole, cell), cell);
    return true;
  });
  assert.ok(enough.includes('1 + 1') && enough.length > 25, `${enough.length} cells`);
});

function newService(): CellService {
  const typeRoots = [inRepository('node_modules', '@types')];
  const options = { typeRoots, declaration: true, newLine: ts.NewLineKind.LineFeed };
  return createCellService(ts, REPOSITORY_ROOT, createTypeNames(REPOSITORY_ROOT), options);
}

/** What is said of a cell, and what is made of it. */
function madeBy(service: CellService, code: string): { codes: number[]; texts: string[] } {
  const { program, cell } = service.checked(`export {};\n${code}`, 'export {};\n');
  const said = [
    ...program.getSyntacticDiagnostics(cell),
    ...program.getSemanticDiagnostics(cell),
    ...program.getDeclarationDiagnostics(cell),
  ];
  const texts: string[] = [];
  // In a kept program the file of a cell has a number.
  program.emit(cell, (_path, text) => texts.push(text.replace(/__tslab__\d+/g, '__tslab__')));
  return { codes: said.map((each) => each.code), texts };
}

/** Their first two cells, for what people write. */
function cellsOfNotebooks(): string[] {
  const names = readdirSync(inRepository('notebooks')).filter((name) => name.endsWith('.ipynb'));
  return names.slice(0, 4).flatMap((name) => {
    const { cells } = JSON.parse(readFileSync(inRepository('notebooks', name), 'utf8')) as {
      cells: { cell_type: string; source: string[] }[];
    };
    const code = cells.filter(({ cell_type }) => cell_type === 'code');
    return code.slice(0, 2).map(({ source }) => source.join(''));
  });
}

test('what earlier cells have declared holds for the cells behind the first that needs all declarations', () => {
  const compiler = newCompiler();
  const { declarations } = compiler.check(
    'const list = [1, 2]; function twice(n: number) { return 2 * n; }',
    '',
  );
  const { diagnostics, declarations: more } = compiler.check(
    'const found = new Map([[1, twice(list[0]!)]]);',
    declarations,
  );
  assert.deepEqual(diagnostics, []);
  assert.match(more, /found: Map<number, number>/);
  assert.deepEqual(compiler.check('found.get(1)?.toFixed()', more).diagnostics, []);
  assert.ok(newCompiler().complete('Math.tru', 8, '').matches.includes('trunc'));
  assert.match(String(newCompiler().inspect('process.pid', 9, '')), /process\.pid|pid: number/);
});

test('prepare() reads file by file what the whole program is made of, also where a cell comes in between', () => {
  const service = newService();
  const read = [...service.prepare()].filter((step) => step !== undefined) as { fileName: string }[];
  const { program } = service.checked('export {}; process.pid', 'export {};');
  const all = program.getSourceFiles().filter(({ fileName }) => fileName.includes('/node_modules/'));
  const kept = all.filter((file) => read.includes(file));
  assert.ok(kept.length > 0.6 * all.length, `${kept.length} of ${all.length} files`);
  const nodes = (files: readonly object[]) =>
    files.reduce((sum, file) => sum + (file as { nodeCount: number }).nodeCount, 0);
  assert.ok(nodes(kept) > 0.85 * nodes(all), `${nodes(kept)} of ${nodes(all)} nodes`);

  const compiler = newCompiler();
  const steps = compiler.prepare();
  for (let step = 0; step < 20; step++) assert.equal(steps.next().done, false);
  assert.deepEqual(compiler.check('1 + 1', '').diagnostics, []);
  assert.equal(steps.next().done, false);
  assert.deepEqual(compiler.check('process.pid', '').diagnostics, []);
  assert.equal(steps.next().done, true, 'the cell has read the rest');
});
