import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import { REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const compiler = createCellCompiler();
after(() => compiler.close());
const { declarations } = compiler.check(
  `const window = { 'lung-high': 150, 'lung-low': -1350, width: 1500 };
   const dashed = { 'be-ta': 1 };
   type Kind = 'lung-window' | 'bone';
   /** Shows a window. @param kind how it is called */
   function show(kind: Kind, level?: number): void {}`,
  '',
);

/** The cell with its first match in place; \u25ae is the cursor. */
function completed(marked: string): string[] {
  const offset = marked.indexOf('\u25ae');
  const code = marked.replace('\u25ae', '');
  const { matches, start, end } = compiler.complete(code, offset, declarations);
  return matches.map((match) => code.slice(0, start) + match + code.slice(end));
}

test('complete() replaces what is typed inside quotes, closed or not', () => {
  for (const [marked, ...expected] of [
    [
      "import { readFileSync } from 'node:f\u25ae",
      "import { readFileSync } from 'node:fs",
      "import { readFileSync } from 'node:fs/promises",
    ],
    [
      "import { readFileSync } from 'node:f\u25ae'",
      "import { readFileSync } from 'node:fs'",
      "import { readFileSync } from 'node:fs/promises'",
    ],
    ["import {} from 'node:fs/pro\u25ae'", "import {} from 'node:fs/promises'"],
    ["await import('h5wasm-pl\u25ae')", "await import('h5wasm-plugins')"],
    ["window['lung-\u25ae']", "window['lung-high']", "window['lung-low']"],
    ["window['lung-h\u25aeigh']", "window['lung-high']"],
    ["window['lung-l\u25ae", "window['lung-low"],
    ["show('lung-\u25ae')", "show('lung-window')"],
    ["const kind: Kind = 'b\u25ae", "const kind: Kind = 'bone"],
    ["('bone' as Kind) === 'lung-w\u25ae'", "('bone' as Kind) === 'lung-window'"],
  ])
    assert.deepEqual(completed(marked!), expected, marked);
});

test('complete() gives keys that are no names in brackets, private names, and names of an unfinished import', () => {
  for (const [marked, ...expected] of [
    ['dashed.\u25ae', 'dashed["be-ta"]'],
    ['dashed.be\u25ae', 'dashed["be-ta"]'],
    ['window.\u25ae', 'window.width'],
    ['window.lung\u25ae', 'window["lung-high"]', 'window["lung-low"]'],
    ['class A { #abc = 1; m() { this.#a\u25ae } }', 'class A { #abc = 1; m() { this.#abc } }'],
    ['const gr\u00f6\u00dfe = 1; gr\u00f6\u25ae', 'const gr\u00f6\u00dfe = 1; gr\u00f6\u00dfe'],
  ])
    assert.deepEqual(completed(marked!), expected, marked);
  assert.equal(
    completed("import { readFileS\u25ae } from 'node:fs'")[0],
    "import { readFileSync } from 'node:fs'",
  );
  assert.equal(
    completed("import { readFileS\u25ae from 'node:fs'")[0],
    "import { readFileSync from 'node:fs'",
  );
});

test('complete() has nothing to say in texts and comments', () => {
  assert.deepEqual(completed("'text win\u25ae'"), []);
  assert.deepEqual(completed('// win\u25ae'), []);
});

test('inspect() inside of a call shows its signature and the parameter at the place', () => {
  const told = (marked: string): string => {
    const offset = marked.indexOf('\u25ae');
    return String(compiler.inspect(marked.replace('\u25ae', ''), offset, declarations));
  };
  assert.match(told('show(\u25ae)'), /^show\(kind: Kind, level\?: number\): void\nparameter 1: kind: Kind/);
  assert.match(told("show('bone', \u25ae"), /\nparameter 2: level\?/);
  assert.match(told("show('bo\u25aene', 1)"), /\nparameter 1: kind/);
  assert.match(told('Math.max(1, 2, \u25ae'), /parameter 1: \.\.\.values: number\[\]\n\nReturns the larger/);
  assert.match(told('show(dash\u25aeed)'), /^const dashed: .*\n\nshow\(kind/s);
  assert.match(told('setTimeout(\u25ae'), /\(1 of 2\)\nparameter 1: callback/);
  assert.doesNotMatch(told('sh\u25aeow(1)'), /parameter/);
});
