import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Ts, TypeScript } from '../../../src/kernel/typescript/compiler.js';
import { createSleepingTypes, PARTS_OF_NODE } from '../../../src/kernel/typescript/sleepingTypes.js';
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
  assert.deepEqual(codes('crypto.randomUUID().length; crypto.getRandom'), [2339]);
  assert.deepEqual(codes('new Blob([1])'), [2322]);
  assert.deepEqual(codes('process.send?.({}, 1)'), [2769]);
  assert.deepEqual(codes("import { execSync } from 'child_process'; execSync('ls').nothing"), [2339]);
  assert.deepEqual(
    codes("import { lookup } from 'node:dns/promises'; (await lookup('x')).address.length"),
    [],
  );
  assert.deepEqual(codes("import { test } from 'node:test'; test('a', () => {});"), []);
});

test('no declaration of Node that is awake, or may be woken alone, has a type of one that sleeps, but by a name that wakes it', () => {
  const { ts } = compiler;
  const folder = inRepository('node_modules', '@types', 'node');
  const files = readdirSync(folder, { recursive: true }).map(String);
  const declarations = files.filter((file) => file.endsWith('.d.ts') && !file.startsWith('ts5'));
  const partOf = (name: string) => PARTS_OF_NODE.find((part) => part.files.includes(name));
  let looked = 0;
  for (const file of declarations) {
    const name = file.replace(/\.d\.ts$/, '');
    const source = ts.createSourceFile(
      file,
      readFileSync(join(folder, file), 'utf8'),
      ts.ScriptTarget.ESNext,
      true,
    );
    for (const { module, by } of foreignTypes(ts, source)) {
      const meant = partOf(module);
      const own = partOf(name);
      if (meant === undefined || meant === own) continue;
      looked++;
      const wakesWith = (module: string): boolean =>
        new RegExp(`^(node:)?(${meant.modules})(/|$)`).test(module);
      const isWoken =
        own === undefined
          ? (meant.names?.test(by) ?? false) || wakesWith(by)
          : own.modules.split('|').every(wakesWith) && own.names === undefined;
      assert.ok(isWoken, `${file}: ${by} has a type of ${module}`);
    }
  }
  assert.ok(looked > 50, `${looked} types`);
});

/** The types of other modules in a file of declarations, and the name that they are there for. */
function foreignTypes(ts: Ts, file: TypeScript.SourceFile): { module: string; by: string }[] {
  const moduleOf = new Map<string, string>();
  const found: { module: string; by: string }[] = [];
  const named = (from: TypeScript.Node): string => {
    const { name } = from as { name?: TypeScript.Node };
    if (name !== undefined && !ts.isParameter(from) && !ts.isTypeParameterDeclaration(from))
      return name.getText().replace(/^["']|["']$/g, '');
    return named(from.parent);
  };
  const visit = (node: TypeScript.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const module = (node.moduleSpecifier as TypeScript.StringLiteral).text.replace(/^node:/, '');
      const { name, namedBindings } = node.importClause ?? {};
      const elements =
        namedBindings === undefined || ts.isNamespaceImport(namedBindings)
          ? [namedBindings]
          : namedBindings.elements;
      for (const each of [name, ...elements.map((element) => element?.name)])
        if (each !== undefined) moduleOf.set(each.text, module);
      return;
    }
    if (ts.isImportTypeNode(node)) {
      const { literal } = node.argument as TypeScript.LiteralTypeNode;
      found.push({
        module: (literal as TypeScript.StringLiteral).text.replace(/^node:/, ''),
        by: named(node.parent),
      });
    } else if (ts.isIdentifier(node) && moduleOf.has(node.text))
      found.push({ module: moduleOf.get(node.text)!, by: named(node.parent) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
