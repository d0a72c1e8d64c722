import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';

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

test('createCellService(): a source that is imported over another one is checked, and again when it is edited', () => {
  const code = "import { near } from './near';\nnear.toFixed();";
  assert.deepEqual(compiler.check(code, '').diagnostics, []);
  const edit = (text: string) => writeFileSync(join(root, 'far.ts'), text);
  edit("export const far = 'a text, to which a number is added as a text';");
  assert.deepEqual(
    compiler.check(code, '').diagnostics.map((said) => [said.file, said.line, said.code]),
    [[undefined, 2, 2551]],
  );
  edit('export const far: number = false;');
  assert.deepEqual(
    compiler.check(code, '').diagnostics.map((said) => [said.file, said.line, said.code]),
    [['far.ts', 1, 2322]],
  );
  edit('export const far = 2;');
  assert.deepEqual(compiler.check(code, '').diagnostics, []);
});

test('createCellService(): what the type checker says of an imported source stops the cell', () => {
  const [said] = compiler.check("import { wrong } from './wrong';\nwrong;", '').diagnostics;
  assert.equal(said?.code, 2322);
  assert.match(String(said?.file), /wrong\.ts$/);
});

test('createCellService(): names of a cell are known as soon as there is a program', () => {
  assert.match(compiler.check('const a = 1;', '').declarations, /declare const a = 1;/);
});
