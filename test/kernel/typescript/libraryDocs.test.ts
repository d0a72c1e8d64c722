import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isLibrary, withDocsBetween, withoutDocs } from '../../../src/kernel/typescript/libraryDocs.js';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import { REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const compiler = createCellCompiler();
after(() => compiler.close());

test('isLibrary() knows the declarations of the language and of Node', () => {
  assert.ok(isLibrary('/x/node_modules/@types/node/fs.d.ts'));
  assert.ok(isLibrary('/x/node_modules/@tslab/typescript-for-tslab/lib/lib.es5.d.ts'));
  assert.ok(!isLibrary('/x/node_modules/h5wasm/dist/node/hdf5_hl.d.ts'));
  assert.ok(!isLibrary('/x/src/kernel/typescript/cellLibrary.d.ts'));
});

test('withoutDocs() leaves documentation out and every other character as it was', () => {
  const text = '/** Docs.\n * More \u2026 */\ndeclare const a: 1; // kept\n/* kept */';
  assert.equal(withoutDocs(text), '\ndeclare const a: 1; // kept\n/* kept */');
  assert.equal(withoutDocs('declare const \u03b1: 1; /** Docs. */'), 'declare const \u03b1: 1; ');
});

test('withDocsBetween() finds what stood at a place of the text without documentation', () => {
  const text = '/** A. */const a = 1;/** B. */ /** C. */const b = 2;';
  const short = withoutDocs(text);
  assert.equal(short, 'const a = 1; const b = 2;');
  const [start, end] = [short.indexOf(' const b'), short.indexOf('const b')];
  assert.equal(withDocsBetween(text, start, end), '/** B. */ /** C. */');
  assert.equal(withDocsBetween(text, 0, 0), '/** A. */');
  assert.equal(withDocsBetween(text, end, short.length), '/** C. */const b = 2;');
});

test('libraryDocsAt(): inspection still shows the documentation of the language, of Node, and of the cell', () => {
  assert.match(
    String(compiler.inspect('Math.abs(1)', 6, '')),
    /abs[\s\S]*Returns the absolute value of a number/,
  );
  const code = "import { existsSync } from 'node:fs'; existsSync('x')";
  assert.match(
    String(compiler.inspect(code, code.length - 6, '')),
    /existsSync[\s\S]*Returns `true` if the path exists/,
  );
  assert.match(String(compiler.inspect('/** Mine. */ const a = 1; a', 26, '')), /const a: 1\n\nMine\./);
});
