import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { createCellCompiler } from '../../src/kernel/tslab.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'voxlab-lean-')));
writeFileSync(join(root, 'package.json'), '{}');
writeFileSync(join(root, 'near.ts'), "import { far } from './far';\nexport const near = far + 1;");
writeFileSync(join(root, 'far.ts'), 'export const far = 1;');
writeFileSync(join(root, 'wrong.ts'), 'export const wrong: number = "text";');
process.chdir(root);
const compiler = createCellCompiler();
after(() => {
  compiler.close();
  process.chdir(tmpdir());
  rmSync(root, { recursive: true });
});

test('createLeanPrograms(): a cell brings the sources that it imports, directly or not, once', () => {
  const code = "import { near } from './near';\nnear.toFixed();";
  const names = (modules: readonly { path: string }[]) => modules.map(({ path }) => basename(path));
  const first = compiler.check(code, '');
  assert.deepEqual(first.diagnostics, []);
  assert.deepEqual(names(first.localModules), ['far.js', 'near.js']);
  assert.deepEqual(names(compiler.check(code, first.declarations).localModules), [], 'unchanged since');
});

test('createLeanPrograms(): what the type checker says of an imported source stops the cell', () => {
  const [said] = compiler.check("import { wrong } from './wrong';\nwrong;", '').diagnostics;
  assert.equal(said?.code, 2322);
  assert.match(String(said?.file), /wrong\.ts$/);
});

test('createLeanPrograms(): names of a cell are known as soon as there is a program', () => {
  assert.match(compiler.check('const a = 1;', '').declarations, /declare const a = 1;/);
});
