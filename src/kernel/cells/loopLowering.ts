import type { Ts, TypeScript } from '../typescript/compiler.js';
import { CELL_OBJECT, ofCell } from './cellObject.js';

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
  const look = (): TypeScript.Statement =>
    factory.createIfStatement(
      factory.createLogicalAnd(
        factory.createStrictInequality(
          factory.createTypeOfExpression(factory.createIdentifier(CELL_OBJECT)),
          factory.createStringLiteral('undefined'),
        ),
        factory.createStrictInequality(
          factory.createElementAccessExpression(ofCell(factory, 'stop'), 0),
          factory.createNumericLiteral(0),
        ),
      ),
      factory.createExpressionStatement(
        factory.createCallExpression(ofCell(factory, 'stopLoop'), undefined, []),
      ),
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
        visited,
        undefined,
        visited.initializer,
        visited.expression,
        withLook(visited.statement),
      );
    return visited;
  };
  return ts.visitNode(file, visit) as TypeScript.SourceFile;
}
