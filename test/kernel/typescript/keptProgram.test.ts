import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CellService, createCellService } from '../../../src/kernel/typescript/cellService.js';
import { loadTypeScript } from '../../../src/kernel/typescript/compiler.js';
import { createTypeNames } from '../../../src/kernel/typescript/typeNames.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'voxlab-kept-')));
writeFileSync(join(root, 'package.json'), '{}');
writeFileSync(join(root, 'own.ts'), 'export const own = 1;');
after(() => rmSync(root, { recursive: true }));
process.chdir(root);
const ts = loadTypeScript();
const typeRoots = [join(createRequire(import.meta.url).resolve('@types/node/package.json'), '..', '..')];
const newService = (): CellService => {
  const made = createCellService(ts, root, createTypeNames(root), { typeRoots });
  made.takeWhole();
  return made;
};
const service = newService();

const PREFIX = 'export {};\n';
function checkedBy(cells: CellService, cell: string, declarations = '') {
  const { program, ...files } = cells.checked(PREFIX + cell, PREFIX + declarations);
  const said = [
    ...program.getSyntacticDiagnostics(files.cell),
    ...program.getSemanticDiagnostics(files.cell),
  ];
  return { program, codes: said.map(({ code }) => code) };
}

test('filesOf(): cells that differ in their own text alone share a program, and are checked each for itself', () => {
  const first = checkedBy(service, 'const a: number = 1; a;');
  const wrong = checkedBy(service, "const a: number = 'text'; a.length;");
  const right = checkedBy(service, "const a: string = 'text'; a.length;");
  assert.equal(wrong.program, first.program);
  assert.equal(right.program, first.program);
  assert.deepEqual([first.codes, wrong.codes, right.codes], [[], [2322, 2339], []]);
  assert.deepEqual(checkedBy(service, 'n.toFixed()', 'declare const n: number;').codes, []);
  assert.deepEqual(checkedBy(service, 'n.toFixed()', 'declare const n: string;').codes, [2551]);
  assert.deepEqual(checkedBy(service, 'n').codes, [2304]);
});

test('filesOf(): a module that no cell has imported, what changes the global object, and an edited module need a new program', () => {
  const { program } = checkedBy(service, '1');
  const importing = checkedBy(service, "import { own } from './own'; own.toFixed();");
  assert.notEqual(importing.program, program);
  assert.deepEqual(importing.codes, []);
  assert.equal(checkedBy(service, "import { own } from './own'; own + 1;").program, importing.program);
  const augmented = checkedBy(service, 'declare global { var added: number; } added;');
  assert.notEqual(augmented.program, importing.program);
  assert.deepEqual(augmented.codes, []);
  assert.deepEqual(checkedBy(service, 'added').codes, [2304]);
  checkedBy(service, "import { own } from './own'; own + 1;");
  writeFileSync(join(root, 'own.ts'), "export const own: string = 'a text';");
  service.refresh();
  assert.deepEqual(checkedBy(service, "import { own } from './own'; own.toFixed();").codes, [2551]);
});

test('filesOf(): what a kept program says is what a new one says, for two hundred cells one after the other', () => {
  const cells = Array.from({ length: 200 }, (_, at) => [
    `interface Row${at} { at: number } const row: Row${at} = { at: ${at} }; enum Kind { A, B } row.at.nothing${at % 3 === 0 ? '' : '?'}; Kind.A;`,
    `declare class Earlier { n: ${at % 2 === 0 ? 'number' : 'string'} } declare const earlier: Earlier;`,
  ]);
  const kept = cells.map(([cell, before]) => checkedBy(service, `${cell} earlier.n.toFixed();`, before));
  assert.ok(new Set(kept.map(({ program }) => program)).size >= 2, 'the checker does not grow for ever');
  for (const at of [0, 1, 2, 99, 100, 199]) {
    const [cell, before] = cells[at]!;
    const alone = checkedBy(newService(), `${cell} earlier.n.toFixed();`, before);
    assert.deepEqual(kept[at]!.codes, alone.codes, String(at));
  }
});
