import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import { REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const compiler = createCellCompiler();
after(() => compiler.close());

test('writeOutShorthand() writes out shorthand properties of earlier cells, in literals and in patterns', () => {
  const { declarations } = compiler.check('let y = [1]; let z = 0;', '');
  assert.match(compiler.check('const o = { y };', declarations).moduleText, /\{ y: exports\.y \}/);
  assert.match(compiler.check('({ z = 5 } = { z: 1 });', declarations).moduleText, /\{ z: exports\.z = 5 \}/);
});
