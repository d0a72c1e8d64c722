import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isLibrary, withoutDocs } from '../../../src/kernel/typescript/libraryDocs.js';
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

test('withoutDocs() blanks documentation and leaves every other character where it was', () => {
  const text = '/** Docs.\n * More. */\ndeclare const a: 1; // kept\n/* kept */';
  const blank = withoutDocs(text);
  assert.equal(blank.length, text.length);
  assert.equal(blank.trim(), 'declare const a: 1; // kept\n/* kept */');
  assert.equal(blank.indexOf('declare'), text.indexOf('declare'));
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
