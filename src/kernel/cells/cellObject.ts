import type { TypeScript } from '../typescript/compiler.js';

/** The name of the object through which a running cell reaches the kernel. */
export const CELL_OBJECT = '__voxlab_cell__';

/** `cell.name` in lowered code. */
export function ofCell(factory: TypeScript.NodeFactory, name: string): TypeScript.PropertyAccessExpression {
  return factory.createPropertyAccessExpression(factory.createIdentifier(CELL_OBJECT), name);
}
