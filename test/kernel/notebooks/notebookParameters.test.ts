import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  injectParameters,
  type Notebook,
  parseParameters,
} from '../../../src/kernel/notebooks/notebookParameters.js';

const code = (source: string, ...tags: string[]) => ({ cell_type: 'code', metadata: { tags }, source });
const notebook: Notebook = {
  cells: [
    { cell_type: 'markdown', metadata: {}, source: '# parameters' },
    code('let EPOCHS: number = 2;\nconst NAME = "a";\nlet SIZES = [32];', 'parameters'),
    code('EPOCHS'),
  ],
};
const inject = (values: Record<string, unknown>, into = notebook) =>
  injectParameters('x/n.ipynb', into, values);
const injectedSource = (values: Record<string, unknown>) => inject(values).cells[2]?.source;

test('parseParameters() reads numbers, words, JSON and texts as papermill does', () => {
  const words = [
    'A=3',
    'B=-1.5e-3',
    'C=True',
    'D=false',
    'E=None',
    'F=text with = sign',
    'G=[1,"x"]',
    'H={"a":1}',
    'I="3"',
    'J=',
  ];
  assert.deepEqual(parseParameters(words), {
    A: 3,
    B: -0.0015,
    C: true,
    D: false,
    E: null,
    F: 'text with = sign',
    G: [1, 'x'],
    H: { a: 1 },
    I: '3',
    J: '',
  });
});

test('parseParameters() says what it expects', () => {
  assert.throws(() => parseParameters(['EPOCHS']), /expected -p NAME=VALUE, received "EPOCHS"/);
  assert.throws(() => parseParameters(['1A=3']), /expected -p NAME=VALUE/);
  assert.throws(() => parseParameters(['A=[1,']), /expected JSON as the value of -p A, received \[1,/);
});

test('injectParameters() puts a cell behind the parameters: let is assigned, const declared anew', () => {
  const { cells } = inject({ EPOCHS: 3, NAME: 'fold "1"', SIZES: [32, 48] });
  assert.equal(cells.length, 4);
  assert.deepEqual(cells[2]?.metadata, { tags: ['injected-parameters'] });
  assert.equal(
    cells[2]?.source,
    '// Parameters of this run\nEPOCHS = 3;\nconst NAME: string = "fold \\"1\\"";\nSIZES = [32,48];',
  );
  assert.equal(notebook.cells.length, 3, 'the notebook itself is left alone');
});

test('injectParameters() replaces the cell of an earlier run', () => {
  const again = inject({ EPOCHS: 5 }, inject({ EPOCHS: 3 }));
  assert.equal(again.cells.length, 4);
  assert.equal(again.cells[2]?.source, injectedSource({ EPOCHS: 5 }));
});

test('injectParameters() names the parameters that there are, and a notebook without any', () => {
  assert.throws(
    () => inject({ EPOCH: 3 }),
    /^InputError: x\/n\.ipynb: no parameter EPOCH; n\.ipynb has EPOCHS, NAME, SIZES/,
  );
  assert.throws(
    () => inject({ EPOCHS: 3 }, { cells: [code('1')] }),
    /^InputError: x\/n\.ipynb: expected a code cell tagged "parameters"/,
  );
});

test('parseParameters() refuses numbers that would not come out as they were written', () => {
  for (const text of ['1e999', '-1e999', '12345678901234567890'])
    assert.throws(
      () => parseParameters([`UID=${text}`]),
      new RegExp(`as the value of -p UID, received ${text}: as a text it is -p 'UID="${text}"'`),
    );
  assert.deepEqual(parseParameters(['A=9007199254740991', 'B="12345678901234567890"', 'C=1e21']), {
    A: 9_007_199_254_740_991,
    B: '12345678901234567890',
    C: 1e21,
  });
});

test('injectParameters() takes cells without metadata, and gives an id only where the format has ids', () => {
  const bare: Notebook = { cells: [{ cell_type: 'raw', source: 'x' }, ...notebook.cells] };
  assert.equal(inject({ EPOCHS: 3 }, bare).cells.length, 5);
  const idIn = (minor: number) =>
    Object.hasOwn(inject({ EPOCHS: 3 }, { ...notebook, nbformat: 4, nbformat_minor: minor }).cells[2]!, 'id');
  assert.deepEqual([idIn(4), idIn(5)], [false, true]);
});

test('injectParameters() knows all names of a line, however they are declared', () => {
  const source = [
    'let A = 1, B: number | string = f(2, "let NO = 1"); let C = { D: 1 };',
    'export const E = 1, { F, g: [G] } = h; // let NO2 = 1',
    'var H; if (A) { let NO3 = 1; } function NO4() {}',
  ].join('\n');
  const one: Notebook = { cells: [{ cell_type: 'code', metadata: { tags: ['parameters'] }, source }] };
  const names = 'A, B, C, E, F, G, H';
  assert.throws(() => inject({ X: 1 }, one), new RegExp(`no parameter X; n\\.ipynb has ${names}$`));
  const given = Object.fromEntries(names.split(', ').map((name) => [name, 7]));
  assert.match(
    String(inject(given, one).cells[1]?.source),
    /A = 7;\nB = 7;\nC = 7;\nconst E: number = 7;\nconst F.*\nconst G.*\nH = 7;$/,
  );
});
