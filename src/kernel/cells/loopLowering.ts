import type { Ts, TypeScript } from '../typescript/compiler.js';
import { CELL_OBJECT } from './cellObject.js';

/**
 * Lets the user's loops be interrupted (loopStop.ts): each round begins with
 * `if (typeof cell !== 'undefined' && cell.stop[0] !== 0) cell.stopLoop();`, where `typeof` is for functions that are sent elsewhere
 * as text. Loops that wait in each round end there.
 */
export function rewriteLoops(
  ts: Ts,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
): TypeScript.SourceFile {
  const { factory } = context;
  const cell = (): TypeScript.Identifier => factory.createIdentifier(CELL_OBJECT);
  const member = (name: string): TypeScript.Expression =>
    factory.createPropertyAccessExpression(cell(), name);
  const look = (): TypeScript.Statement =>
    factory.createIfStatement(
      factory.createLogicalAnd(
        factory.createStrictInequality(
          factory.createTypeOfExpression(cell()),
          factory.createStringLiteral('undefined'),
        ),
        factory.createStrictInequality(
          factory.createElementAccessExpression(member('stop'), 0),
          factory.createNumericLiteral(0),
        ),
      ),
      factory.createExpressionStatement(factory.createCallExpression(member('stopLoop'), undefined, [])),
    );
  const withLook = (body: TypeScript.Statement): TypeScript.Statement => {
    const statement = ts.setTextRange(look(), body);
    if (!ts.isBlock(body)) return factory.createBlock([statement, body], true);
    return factory.updateBlock(body, [statement, ...body.statements]);
  };
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (ts.isWhileStatement(visited))
      return factory.updateWhileStatement(visited, visited.expression, withLook(visited.statement));
    if (ts.isDoStatement(visited))
      return factory.updateDoStatement(visited, withLook(visited.statement), visited.expression);
    if (ts.isForStatement(visited)) {
      const { initializer, condition, incrementor, statement } = visited;
      return factory.updateForStatement(visited, initializer, condition, incrementor, withLook(statement));
    }
    if (ts.isForInStatement(visited))
      return factory.updateForInStatement(
        visited,
        visited.initializer,
        visited.expression,
        withLook(visited.statement),
      );
    if (ts.isForOfStatement(visited) && visited.awaitModifier === undefined)
      return factory.updateForOfStatement(
        ...([
          visited,
          undefined,
          visited.initializer,
          visited.expression,
          withLook(visited.statement),
        ] as const),
      );
    return visited;
  };
  return ts.visitNode(file, visit) as TypeScript.SourceFile;
}
