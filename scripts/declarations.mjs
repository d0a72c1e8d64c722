// What the compiled declarations say of the public names: for the snapshot (publicApi.mjs) and the tests of the examples.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
// The compiler of the program (7) has no interface for JavaScript; the reference's has.
const ts = createRequire(join(ROOT, 'docs', 'reference', 'package.json'))('typescript');
if (ts.createProgram === undefined)
  throw new Error('docs/reference/node_modules is missing: run npm ci (or npm run setup)');

const OPTIONS = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules', '@types')],
  skipLibCheck: true,
  strict: true,
};

/** Longer declarations of functions have a line a parameter, so that a difference shows one. */
const LINE = 110;

/**
 * The names that package.json's entry points export, from the declarations in `folder` (dist/src), and the types without a
 * public name that they lead to: `{ exported, reached }`, each `{ name, isValue, text, deprecated, docs, examples }`, sorted
 * by name; an exported one says by which entry point (`door`), and where an earlier one has it, too, `text` is empty.
 */
export function readDeclarations(folder) {
  const doors = doorsIn(folder);
  const program = ts.createProgram([...doors.values()], OPTIONS);
  const checker = program.getTypeChecker();
  const meant = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const isOwn = (declaration) =>
    resolve(declaration.getSourceFile().fileName).startsWith(resolve(folder) + sep) &&
    isTopLevel(declaration);

  const named = new Set();
  const exported = [...doors].flatMap(([door, path]) => {
    const file = program.getSourceFile(path);
    if (file === undefined) throw new Error(`${path} is missing: compile first (npm run build)`);
    const own = checker.getExportsOfModule(checker.getSymbolAtLocation(file)).map((symbol) => {
      const isKnown = named.has(meant(symbol));
      named.add(meant(symbol));
      const described = describe(symbol.name, meant(symbol));
      return { door, ...described, text: isKnown ? '' : described.text };
    });
    return own.sort(byName);
  });

  const seen = new Set(named);
  const reached = [];
  // A set grows while it is gone through: so do all that its members lead to.
  for (const symbol of seen) {
    const own = (symbol.declarations ?? []).filter(isOwn);
    if (own.length > 0 && !named.has(symbol)) reached.push(describe(symbol.name, symbol));
    for (const name of own.flatMap(namesIn)) {
      const found = checker.getSymbolAtLocation(name);
      if (found !== undefined && (meant(found).declarations ?? []).some(isOwn)) seen.add(meant(found));
    }
  }
  return { exported, reached: reached.sort(byName) };
}

/** `voxlab`, `voxlab/hdf5`, ... -> the file of its declarations. */
function doorsIn(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return new Map(
    Object.entries(exports)
      .filter(([, { types }]) => types !== undefined)
      .map(([path, { types }]) => [
        posix.join(name, path),
        join(folder, relative('dist/src', posix.normalize(types))),
      ]),
  );
}

function describe(name, symbol) {
  const tags = symbol.getJsDocTags();
  const textOf = (tag) => ts.displayPartsToString(tag.text).trim();
  const deprecated = tags.find((tag) => tag.name === 'deprecated');
  return {
    name,
    isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
    text: (symbol.declarations ?? []).map(textOfDeclaration).join('\n'),
    deprecated: deprecated === undefined ? undefined : textOf(deprecated),
    docs: ts.displayPartsToString(symbol.getDocumentationComment(undefined)),
    examples: tags.filter((tag) => tag.name === 'example').map(textOf),
  };
}

const printer = ts.createPrinter({ removeComments: true });

function textOfDeclaration(declaration) {
  const statement = statementOf(declaration);
  const print = (node) => printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile());
  const text = ts.isFunctionDeclaration(declaration) ? functionText(declaration, print) : print(statement);
  return text.replace(/^(export )?(default )?(declare )?/, '').replaceAll('    ', '  ');
}

/** How a parameter is taken apart is no matter of the caller. */
function functionText({ name, typeParameters, parameters, type }, print) {
  const generic = typeParameters === undefined ? '' : `<${typeParameters.map(print).join(', ')}>`;
  const each = parameters.map((parameter) => {
    const called = ts.isIdentifier(parameter.name) ? parameter.name.text : '{ … }';
    const rest = parameter.dotDotDotToken === undefined ? '' : '...';
    return `${rest}${called}${parameter.questionToken === undefined ? '' : '?'}: ${print(parameter.type)}`;
  });
  const result = type === undefined ? 'any' : print(type);
  const line = `function ${name.text}${generic}(${each.join(', ')}): ${result};`;
  if (line.length <= LINE) return line;
  return `function ${name.text}${generic}(\n${each.map((one) => `    ${one},`).join('\n')}\n): ${result};`;
}

/** `const a: 1` is a part of its statement. */
function statementOf(declaration) {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

function isTopLevel(declaration) {
  return ts.isSourceFile(statementOf(declaration).parent);
}

/** Identifiers that name a type, or a value whose type is meant. */
function namesIn(declaration) {
  const names = [];
  const visit = (node) => {
    if (ts.isTypeReferenceNode(node)) names.push(node.typeName);
    if (ts.isTypeQueryNode(node)) names.push(node.exprName);
    if (ts.isExpressionWithTypeArguments(node)) names.push(node.expression);
    ts.forEachChild(node, visit);
  };
  visit(statementOf(declaration));
  return names;
}

function byName(a, b) {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.text < b.text ? -1 : 1;
}
