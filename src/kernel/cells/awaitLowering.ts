import type { Ts, TypeScript } from '../typescript/compiler.js';
import { ofCell } from './cellObject.js';

/**
 * Lets a cell's code know itself again after it has waited, and end there when it was interrupted (cellAwaits.ts):
 * `await x` -> `cell.resumed(await cell.waiting(x))`,
 * `for await (const y of x) { }` -> `for await (const step of cell.iterating(x)) { const y = cell.resumed(step); { } }`.
 */
export function rewriteAwaits(
  ts: Ts,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
): TypeScript.SourceFile {
  const { factory } = context;
  const call = (name: string, argument: TypeScript.Expression): TypeScript.CallExpression =>
    factory.createCallExpression(ofCell(factory, name), undefined, [argument]);

  const ofAwait = (node: TypeScript.AwaitExpression): TypeScript.Expression => {
    const waiting = factory.updateAwaitExpression(node, call('waiting', node.expression));
    return ts.setTextRange(call('resumed', waiting), node);
  };

  /** What the loop's variable, or what it assigns to, gets at the head of its body. */
  const takeStep = (target: TypeScript.ForInitializer, step: TypeScript.Identifier): TypeScript.Statement => {
    const value = call('resumed', step);
    if (!ts.isVariableDeclarationList(target))
      return factory.createExpressionStatement(factory.createAssignment(target, value));
    const [variable] = target.declarations;
    const { name } = variable!;
    const declared = factory.updateVariableDeclaration(variable!, name, undefined, undefined, value);
    return factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList([declared], target.flags),
    );
  };

  const ofLoop = (node: TypeScript.ForOfStatement): TypeScript.ForOfStatement => {
    const step = factory.createUniqueName('step');
    const steps = factory.createVariableDeclarationList(
      [factory.createVariableDeclaration(step)],
      ts.NodeFlags.Const,
    );
    const body = factory.createBlock([takeStep(node.initializer, step), node.statement], true);
    const iterating = call('iterating', node.expression);
    return factory.updateForOfStatement(node, node.awaitModifier, steps, iterating, body);
  };

  const visit = (node: TypeScript.Node): TypeScript.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (ts.isAwaitExpression(visited)) return ofAwait(visited);
    return ts.isForOfStatement(visited) && visited.awaitModifier !== undefined ? ofLoop(visited) : visited;
  };
  return ts.visitNode(file, visit) as TypeScript.SourceFile;
}
