import { rewriteAwaits } from './awaitLowering.js';
import { CELL_OBJECT } from './cellObject.js';
import { LAST_EXPRESSION, type Ts, type TypeScript } from './tslab.js';

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
  const { outputText, sourceMapText } = transpile(ts, moduleText, (context) => (file) => {
    found.isAsync = awaitsAtTop(ts, file);
    found.imports = file.statements
      .filter(ts.isImportDeclaration)
      .map(({ moduleSpecifier }) => (moduleSpecifier as TypeScript.StringLiteral).text);
    return rewriteCalls(ts, context, rewriteAwaits(ts, context, rewriteExports(ts, context.factory, file)));
  });
  return { script: outputText, sourceMap: sourceMapText ?? '', ...found };
}

/** Lowers a local .ts or .js module that a cell imports. */
export function lowerModule(ts: Ts, moduleText: string): string {
  return transpile(ts, moduleText, () => (file) => file).outputText;
}

function transpile(
  ts: Ts,
  text: string,
  before: TypeScript.TransformerFactory<TypeScript.SourceFile>,
): TypeScript.TranspileOutput {
  return ts.transpileModule(text, {
    fileName: 'cell.js',
    transformers: { before: [before] },
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      newLine: ts.NewLineKind.LineFeed,
      esModuleInterop: true,
      noImplicitUseStrict: true,
      sourceMap: true,
    },
  });
}

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
          accessors.push(accessorsOf(ts, factory, name, imported.has(name.text)));
    } else statements.push(lastExpressionOf(ts, factory, statement) ?? statement);
  }
  const handOver = factory.createExpressionStatement(
    factory.createCallExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier(CELL_OBJECT), 'declare'),
      undefined,
      [factory.createObjectLiteralExpression(accessors)],
    ),
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
  const names = file.statements.filter(ts.isImportDeclaration).flatMap(({ importClause }) => {
    const bindings = importClause?.namedBindings;
    if (bindings === undefined) return [importClause?.name];
    return [
      importClause?.name,
      ...(ts.isNamespaceImport(bindings) ? [bindings.name] : bindings.elements.map((e) => e.name)),
    ];
  });
  return new Set(names.flatMap((name) => (name === undefined ? [] : [name.text])));
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
  const result = factory.createPropertyAccessExpression(factory.createIdentifier(CELL_OBJECT), 'result');
  return ts.setTextRange(
    factory.createExpressionStatement(factory.createAssignment(result, declaration.initializer)),
    statement,
  );
}

/**
 * `import(x)` -> the kernel's real import, which takes packages without a form for `require`.
 * `exports.f()`, a function of an earlier cell -> `(0, exports.f)()`: it was written as `f()`, without a `this`.
 */
function rewriteCalls(
  ts: Ts,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
): TypeScript.SourceFile {
  const { factory } = context;
  const calleeOf = ({ expression }: TypeScript.CallExpression): TypeScript.Expression => {
    if (expression.kind === ts.SyntaxKind.ImportKeyword)
      return factory.createPropertyAccessExpression(factory.createIdentifier(CELL_OBJECT), 'import');
    const ofEarlierCell =
      ts.isPropertyAccessExpression(expression) &&
      ts.isIdentifier(expression.expression) &&
      expression.expression.text === 'exports';
    if (!ofEarlierCell) return expression;
    return factory.createParenthesizedExpression(
      factory.createComma(factory.createNumericLiteral(0), expression),
    );
  };
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return factory.createPropertyAccessExpression(factory.createIdentifier(CELL_OBJECT), 'meta');
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isCallExpression(visited)) return visited;
    return factory.updateCallExpression(visited, calleeOf(visited), visited.typeArguments, visited.arguments);
  };
  return ts.visitNode(file, visit) as TypeScript.SourceFile;
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
