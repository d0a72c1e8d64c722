import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { createSleepingTypes } from '../../../src/kernel/typescript/sleepingTypes.js';
import { createCellCompiler } from '../../../src/kernel/typescript/tslab.js';
import { inPackage, inRepository, REPOSITORY_ROOT } from '../../../src/paths.js';

process.chdir(REPOSITORY_ROOT);
const compiler = createCellCompiler();
after(() => compiler.close());
const codes = (code: string, declarations = ''): number[] =>
  compiler.check(code, declarations).diagnostics.map((said) => said.code);

const HTTP2 = '/x/node_modules/@types/node/http2.d.ts';
const TF = inPackage('dist', 'src', 'tensorflow', 'tf.d.ts');

test('createSleepingTypes() gives the modules of a file without members until a text names one', () => {
  const sleeping = createSleepingTypes();
  const text = 'declare module "http2" {\n  const a: 1;\n}\ndeclare module "node:http2" {}\n';
  assert.equal(sleeping.textOf(HTTP2, text), 'declare module "http2" {}\ndeclare module "node:http2" {}\n');
  assert.equal(sleeping.textOf('/x/http2.d.ts', text), text);
  assert.deepEqual(sleeping.heedCode('const http2 = 1;'), []);
  assert.deepEqual(sleeping.heedDeclarations('/x/node_modules/@types/node/a.d.ts', "import('http2')"), []);
  assert.deepEqual(sleeping.heedDeclarations('/x/a.d.ts', "import('http2').Http2Server"), [HTTP2]);
  assert.deepEqual(sleeping.heedCode("import 'node:http2';"), []);
  assert.equal(sleeping.textOf(HTTP2, text), text);
});

test('createSleepingTypes() gives the names of TensorFlow.js as types without members', () => {
  const sleeping = createSleepingTypes();
  const asleep = sleeping.textOf(TF, readFileSync(TF, 'utf8'));
  assert.doesNotMatch(asleep, /@tensorflow/);
  assert.match(asleep, /interface Tensor5D \{\}/);
  assert.deepEqual(sleeping.heedCode('transform(profile)'), []);
  assert.deepEqual(sleeping.heedCode('core.tf.add(1, 2)'), [TF]);
});

test('the words that wake TensorFlow.js are those of all public declarations that name its types', () => {
  const tensors = /\b(Tensor([1-6]D)?|Scalar|NamedTensorMap|Tensorflow\w*|NodeApi)\b/g;
  const blocks = readFileSync(inRepository('docs', 'reference', 'public-api.txt'), 'utf8').split(/^## /m);
  const naming = blocks.slice(1).flatMap((block) => {
    const [, , text] = /^(.*)\n([\s\S]*)$/.exec(block)!;
    if (/^(type|interface) (Tensor|NodeApi)/.test(text!)) return [];
    const parts = text!.startsWith('function') ? [text!] : text!.split('\n');
    return parts.filter((part) => part.search(tensors) >= 0);
  });
  assert.ok(naming.length > 10);
  for (const part of naming) {
    const sleeping = createSleepingTypes();
    sleeping.textOf(TF, '');
    assert.deepEqual(sleeping.heedCode(part.replace(tensors, '')), [TF], part);
  }
});

test('what the checker says of a tensor wakes TensorFlow.js, where no word of the cell does', () => {
  // Not as a cell would have declared it: that would name it.
  const declarations = "declare const made: ReturnType<import('voxlab').Piece[`r${'u'}n`]>;";
  assert.deepEqual(codes('made.reluu()', declarations), [2551]);
  assert.deepEqual(codes('made.relu()', declarations), []);
});

test('cells have TensorFlow.js as ever: checked, completed, inspected, and in what they declare', () => {
  const imported = compiler.check("import * as core from 'voxlab';", '').declarations;
  assert.deepEqual(codes('core.messageOf(1)', imported), []);
  assert.deepEqual(codes('core.tf.add(1, 2).relu().dataSync().length', imported), []);
  assert.deepEqual(codes('core.tf.addd(1, 2)', imported), [2551]);
  const { declarations } = compiler.check('const sum = core.tf.add(1, 2);', imported);
  assert.match(declarations, /sum: .*Tensor/);
  assert.deepEqual(codes('sum.relu()', declarations), []);
  assert.deepEqual(codes('sum.reluu()', declarations), [2551]);
  assert.ok(compiler.complete('sum.rel', 7, declarations).matches.includes('relu'));
  assert.match(
    String(compiler.inspect('core.tf.tidy', 10, imported)),
    /tidy[\s\S]*Executes the provided function/,
  );
});

test('cells have the modules of Node that few import as ever', () => {
  assert.deepEqual(codes("import http2 from 'node:http2'; http2.connect('http://x').close();"), []);
  assert.deepEqual(codes("import http2 from 'node:http2'; http2.conect"), [2551]);
  assert.deepEqual(codes("import { Session } from 'inspector/promises'; await new Session().post('x')"), []);
  assert.deepEqual(codes("process.getBuiltinModule('node:repl').start().close()"), []);
  assert.deepEqual(codes("import cluster from 'cluster'; cluster.isPrimary"), []);
  assert.deepEqual(
    codes("(await import('node:zlib')).gzipSync('x').length; (await import('v8')).cachedDataVersionTag()"),
    [],
  );
  assert.deepEqual(codes("import { get } from 'https'; get('https://x').end()"), []);
  assert.deepEqual(codes("import { test } from 'node:test'; test('a', () => {});"), []);
});
