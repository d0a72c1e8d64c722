import type { Ts, TypeScript } from '../typescript/compiler.js';
import { ofCell } from './cellObject.js';

export type UsingKind = 'using' | 'await using';

/** The kind of a statement, or of the head of a loop, that declares with `using`. */
export function usingOf(ts: Ts, node: TypeScript.Node): UsingKind | undefined {
  const list = ts.isVariableStatement(node) ? node.declarationList : node;
  if (!ts.isVariableDeclarationList(list)) return undefined;
  const kind = list.flags & ts.NodeFlags.BlockScoped;
  if (kind === ts.NodeFlags.AwaitUsing) return 'await using';
  return kind === ts.NodeFlags.Using ? 'using' : undefined;
}

/**
 * Lowers `using`: the block around it disposes of the value when it ends, however that is.
 * `{ using x = e; … }` -> `{ const scope = cell.scope(); try { const x = scope.use(e); … } catch (error) { scope.fail(error); }
 * finally { scope.end(); } }`. At the top of a cell it is the cell that ends, so that later cells know the name.
 */
export function rewriteUsings(
  ts: Ts,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
): TypeScript.SourceFile {
  const { factory } = context;
  const call = (
    of: TypeScript.Expression,
    name: string,
    ...args: TypeScript.Expression[]
  ): TypeScript.CallExpression =>
    factory.createCallExpression(factory.createPropertyAccessExpression(of, name), undefined, args);
  const nameOf = (kind: UsingKind): string => (kind === 'using' ? 'use' : 'useAwaiting');

  /** `const x = e` -> `const x = scope.use(e)`. */
  const taken = (statement: TypeScript.Statement, scope: TypeScript.Expression): TypeScript.Statement => {
    const kind = usingOf(ts, statement);
    if (kind === undefined || !ts.isVariableStatement(statement)) return statement;
    const { declarationList: list, modifiers } = statement;
    const declarations = list.declarations.map((declaration) =>
      factory.updateVariableDeclaration(
        declaration,
        declaration.name,
        undefined,
        declaration.type,
        call(scope, nameOf(kind), declaration.initializer ?? factory.createVoidZero()),
      ),
    );
    return factory.updateVariableStatement(
      statement,
      modifiers,
      ts.setTextRange(factory.createVariableDeclarationList(declarations, ts.NodeFlags.Const), list),
    );
  };
  const scoped = (
    scope: TypeScript.Identifier,
    body: readonly TypeScript.Statement[],
    awaits: boolean,
  ): TypeScript.Statement[] => {
    const error = factory.createUniqueName('error');
    const end = awaits ? factory.createAwaitExpression(call(scope, 'endAwaiting')) : call(scope, 'end');
    const block = (...statements: TypeScript.Statement[]): TypeScript.Block =>
      factory.createBlock(statements, true);
    const newScope = factory.createCallExpression(ofCell(factory, 'scope'), undefined, []);
    const made = factory.createVariableDeclaration(scope, undefined, undefined, newScope);
    return [
      factory.createVariableStatement(
        undefined,
        factory.createVariableDeclarationList([made], ts.NodeFlags.Const),
      ),
      factory.createTryStatement(
        block(...body),
        factory.createCatchClause(
          error,
          block(factory.createExpressionStatement(call(scope, 'fail', error))),
        ),
        block(factory.createExpressionStatement(end)),
      ),
    ];
  };
  const ofBlock = (block: TypeScript.Block, kinds: readonly UsingKind[]): TypeScript.Block => {
    const scope = factory.createUniqueName('scope');
    const body = block.statements.map((statement) => taken(statement, scope));
    return factory.updateBlock(block, scoped(scope, body, kinds.includes('await using')));
  };
  /** `for (using x of xs) …`: each value is disposed of at the end of its round. */
  const ofLoop = (loop: TypeScript.ForOfStatement, kind: UsingKind): TypeScript.ForOfStatement => {
    const list = loop.initializer as TypeScript.VariableDeclarationList;
    const scope = factory.createUniqueName('scope');
    const value = list.declarations[0]!.name as TypeScript.Identifier;
    const use = factory.createExpressionStatement(call(scope, nameOf(kind), value));
    const body = factory.createBlock(scoped(scope, [use, loop.statement], kind === 'await using'), true);
    const named = factory.createVariableDeclarationList(list.declarations, ts.NodeFlags.Const);
    return factory.updateForOfStatement(loop, loop.awaitModifier, named, loop.expression, body);
  };

  const visit = (node: TypeScript.Node): TypeScript.Node => {
    const kinds = ts.isBlock(node)
      ? node.statements.flatMap((statement) => usingOf(ts, statement) ?? [])
      : [];
    const ofRound = ts.isForOfStatement(node) ? usingOf(ts, node.initializer) : undefined;
    const block = kinds.length > 0 ? ofBlock(node as TypeScript.Block, kinds) : node;
    const visited = ts.visitEachChild(block, visit, context);
    return ofRound === undefined ? visited : ofLoop(visited as TypeScript.ForOfStatement, ofRound);
  };
  const statements = file.statements.map((statement) => taken(statement, ofCell(factory, 'top')));
  return ts.visitEachChild(factory.updateSourceFile(file, statements), visit, context);
}
