import type { Ts, TypeScript } from '../typescript/compiler.js';
import { withoutShellLine } from '../typescript/shellLine.js';
import { LAST_EXPRESSION } from '../typescript/tslab.js';
import { rewriteAwaits } from './awaitLowering.js';
import { ofCell } from './cellObject.js';
import { namesIn } from './declarations.js';
import { rewriteLoops } from './loopLowering.js';
import { atName, locateBy, type StackPlaces } from './stackPlaces.js';
import { rewriteUsings, usingOf } from './usingLowering.js';

/** A cell as the body of a function of (exports, require, cell, __dirname, __filename). */
export interface LoweredCell {
  readonly script: string;
  /** Whether the cell waits at its top level: then its function is async. */
  readonly isAsync: boolean;
  /** Source map from the script to the ES module that went in. */
  readonly sourceMap: string;
  /** Packages and files that the cell imports statically. */
  readonly imports: readonly string[];
}

/**
 * Lowers a checked cell from ES module to CommonJS, with some changes: names that tslab exports are handed over as
 * accessors, so that cells see each other's later assignments; the last expression's value is handed over;
 * `import()` stays a real import and `import.meta` says where the cell is; code that waits knows its cell afterwards.
 */
export function lowerCell(ts: Ts, moduleText: string): LoweredCell {
  const found = { imports: [] as string[], isAsync: false };
  const { outputText, sourceMapText } = transpile(ts, moduleText, CELL_FILE, (context) => (file) => {
    const scoped = withUsings(ts, context, file);
    found.isAsync = scoped.isAsync;
    found.imports = namesImported(ts, file);
    const declared = rewriteAwaits(
      ts,
      context,
      rewriteLoops(ts, context, rewriteExports(ts, context.factory, scoped.file)),
    );
    return rewriteCalls(ts, context, rewriteImports(ts, context, declared));
  });
  return { script: outputText, sourceMap: sourceMapText ?? '', ...found };
}

/** A module of the user's own as the body of a function of (exports, require, module, cell, __filename, __dirname). */
export type LoweredModule = LoweredCell;

/**
 * Lowers an own module in any of TypeScript's or JavaScript's forms, to CommonJS; its code that waits knows its cell
 * afterwards, as a cell's does, so that an interrupt ends it, too.
 */
export function lowerModule(ts: Ts, text: string, path: string): LoweredModule {
  const found = { imports: [] as string[], isAsync: false };
  const asCommonJs = isCommonJs(ts, text, path);
  const { outputText, sourceMapText } = transpile(
    ts,
    withoutShellLine(text),
    // By an ending in .mts or .mjs TypeScript would leave it an ES module.
    path.replace(/\.[mc]([jt]s)$/, '.$1'),
    (context) => (file) => {
      const scoped = withUsings(ts, context, file);
      found.isAsync = ts.isExternalModule(file) && scoped.isAsync;
      found.imports = namesImported(ts, file);
      return rewriteAwaits(ts, context, rewriteLoops(ts, context, rewriteImports(ts, context, scoped.file)));
    },
    asCommonJs,
  );
  // What only types are taken from is left out of the code.
  const imports = found.imports.filter((name) => outputText.includes(`require(${JSON.stringify(name)})`));
  // TypeScript marks what it takes for a module.
  const script = asCommonJs ? outputText.replace(/^export \{\};$/m, '') : outputText;
  return { script, sourceMap: sourceMapText ?? '', ...found, imports };
}

/** JavaScript without `import` and `export`: its `module.exports` is the module. */
function isCommonJs(ts: Ts, text: string, path: string): boolean {
  return (
    /\.[mc]?jsx?$/.test(path) && !ts.isExternalModule(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022))
  );
}

/** `lowerModule`, which also says where the lines of a stack lie. */
export function moduleLowering(ts: Ts, places: StackPlaces): (text: string, path: string) => LoweredModule {
  return (text, path) => {
    const lowered = lowerModule(ts, text, path);
    places.add(path, atName(locateBy(lowered.sourceMap), text));
    return lowered;
  };
}

/** The file with its `using` declarations lowered, and whether it waits at its top level. */
function withUsings(
  ts: Ts,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
): { file: TypeScript.SourceFile; isAsync: boolean } {
  const awaits = file.statements.some((statement) => usingOf(ts, statement) === 'await using');
  const scoped = rewriteUsings(ts, context, file);
  return { file: scoped, isAsync: awaits || awaitsAtTop(ts, scoped) };
}

function namesImported(ts: Ts, file: TypeScript.SourceFile): string[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const name = statement.moduleSpecifier;
    return name !== undefined && ts.isStringLiteral(name) ? [name.text] : [];
  });
}

function transpile(
  ts: Ts,
  text: string,
  fileName: string,
  before: TypeScript.TransformerFactory<TypeScript.SourceFile>,
  isCommonJs = false,
): TypeScript.TranspileOutput {
  return ts.transpileModule(text, {
    fileName,
    transformers: { before: [before] },
    compilerOptions: {
      // Of a CommonJS module TypeScript would make one whose default export is missing.
      module: isCommonJs ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      newLine: ts.NewLineKind.LineFeed,
      jsx: ts.JsxEmit.React,
      esModuleInterop: true,
      // JavaScript without `import` and `export` may be of the older kind, which assigns to what it does not declare.
      alwaysStrict: false,
      sourceMap: true,
    },
  });
}

/** A cell has been lowered to JavaScript by tslab before, and its function says `use strict` itself. */
const CELL_FILE = 'cell.js';

/** `export { a, b }` -> accessors at the head; `export const tsLastExpr = x` -> the cell's result. */
function rewriteExports(
  ts: Ts,
  factory: TypeScript.NodeFactory,
  file: TypeScript.SourceFile,
): TypeScript.SourceFile {
  const imported = importedNames(ts, file);
  const accessors: TypeScript.PropertyAssignment[] = [];
  const statements: TypeScript.Statement[] = [];
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined) {
      const clause = statement.exportClause;
      if (clause !== undefined && ts.isNamedExports(clause))
        for (const { name } of clause.elements)
          if (ts.isIdentifier(name)) accessors.push(accessorsOf(ts, factory, name, imported.has(name.text)));
    } else statements.push(lastExpressionOf(ts, factory, statement) ?? statement);
  }
  const handOver = factory.createExpressionStatement(
    factory.createCallExpression(ofCell(factory, 'declare'), undefined, [
      factory.createObjectLiteralExpression(accessors),
    ]),
  );
  return factory.updateSourceFile(file, accessors.length === 0 ? statements : [handOver, ...statements]);
}

/** `name: [() => name, (value) => { name = value; }]`; an imported name cannot be set. */
function accessorsOf(
  ts: Ts,
  factory: TypeScript.NodeFactory,
  name: TypeScript.Identifier,
  isImported: boolean,
): TypeScript.PropertyAssignment {
  // With its original node, so that the lowering of imports finds what the name means.
  const reference = (): TypeScript.Identifier =>
    ts.setOriginalNode(factory.createIdentifier(name.text), name);
  const arrow = (parameters: string[], body: TypeScript.ConciseBody): TypeScript.ArrowFunction =>
    factory.createArrowFunction(
      undefined,
      undefined,
      parameters.map((parameter) => factory.createParameterDeclaration(undefined, undefined, parameter)),
      undefined,
      undefined,
      body,
    );
  const get = arrow([], reference());
  const value = `${name.text}_value`;
  const assign = factory.createAssignment(reference(), factory.createIdentifier(value));
  const set = arrow([value], factory.createBlock([factory.createExpressionStatement(assign)]));
  return factory.createPropertyAssignment(
    factory.createStringLiteral(name.text),
    factory.createArrayLiteralExpression(isImported ? [get] : [get, set]),
  );
}

function importedNames(ts: Ts, file: TypeScript.SourceFile): Set<string> {
  return new Set(file.statements.filter(ts.isImportDeclaration).flatMap((each) => namesIn(ts, each)));
}

function lastExpressionOf(
  ts: Ts,
  factory: TypeScript.NodeFactory,
  statement: TypeScript.Statement,
): TypeScript.Statement | undefined {
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration] = statement.declarationList.declarations;
  if (declaration?.initializer === undefined || !ts.isIdentifier(declaration.name)) return undefined;
  if (!LAST_EXPRESSION.test(declaration.name.text) || statement.modifiers === undefined) return undefined;
  const handOver = factory.createAssignment(ofCell(factory, 'result'), declaration.initializer);
  return ts.setTextRange(factory.createExpressionStatement(handOver), statement);
}

/**
 * `import(x)` -> the kernel's own, which takes packages without a form for `require` and reads edited modules anew;
 * `import.meta` -> where the code is.
 */
function rewriteImports(
  ts: Ts,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
): TypeScript.SourceFile {
  const { factory } = context;
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return ofCell(factory, 'meta');
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isCallExpression(visited) || visited.expression.kind !== ts.SyntaxKind.ImportKeyword)
      return visited;
    return factory.updateCallExpression(
      visited,
      ofCell(factory, 'import'),
      visited.typeArguments,
      visited.arguments,
    );
  };
  return ts.visitNode(file, visit) as TypeScript.SourceFile;
}

/** `exports.f()`, a function of an earlier cell -> `(0, exports.f)()`: it was written as `f()`, without a `this`. */
function rewriteCalls(
  ts: Ts,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
): TypeScript.SourceFile {
  const { factory } = context;
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isCallExpression(visited) || !isOfEarlierCell(ts, visited.expression)) return visited;
    const callee = factory.createParenthesizedExpression(
      factory.createComma(factory.createNumericLiteral(0), visited.expression),
    );
    return factory.updateCallExpression(visited, callee, visited.typeArguments, visited.arguments);
  };
  return ts.visitNode(file, visit) as TypeScript.SourceFile;
}

function isOfEarlierCell(ts: Ts, callee: TypeScript.Expression): boolean {
  return (
    ts.isPropertyAccessExpression(callee) &&
    ts.isIdentifier(callee.expression) &&
    callee.expression.text === 'exports'
  );
}

function awaitsAtTop(ts: Ts, file: TypeScript.SourceFile): boolean {
  const outsideOf = (node: TypeScript.SignatureDeclaration): TypeScript.Node[] => [
    ...(node.name === undefined ? [] : [node.name]),
    ...(ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : []),
  ];
  const awaits = (node: TypeScript.Node): boolean => {
    // A method's computed name and its decorators belong to the code around it.
    if (ts.isFunctionLike(node)) return outsideOf(node).some(awaits);
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined))
      return true;
    return ts.forEachChild(node, awaits) ?? false;
  };
  return awaits(file);
}
