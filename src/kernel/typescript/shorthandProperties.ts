import type { Ts, TypeScript } from './compiler.js';

/** `{ y }` where y is of an earlier cell, in its `declarations` -> `{ y: exports.y }`. */
export function writeOutShorthand(
  ts: Ts,
  checker: TypeScript.TypeChecker,
  declarations: TypeScript.SourceFile,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const isOfEarlierCell = (node: TypeScript.ShorthandPropertyAssignment): boolean =>
    (checker.getShorthandAssignmentValueSymbol(node)?.declarations ?? []).some(
      (declaration) => declaration.getSourceFile() === declarations,
    );
  return (context) => (file) => {
    const { factory } = context;
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (!ts.isShorthandPropertyAssignment(node) || !isOfEarlierCell(node))
        return ts.visitEachChild(node, visit, context);
      const value = factory.createPropertyAccessExpression(
        factory.createIdentifier('exports'),
        node.name.text,
      );
      const byDefault = node.objectAssignmentInitializer;
      return factory.createPropertyAssignment(
        node.name.text,
        byDefault === undefined
          ? value
          : factory.createAssignment(value, ts.visitNode(byDefault, visit) as typeof byDefault),
      );
    };
    return ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}
