import type { GraphNode, Operation } from './networkGraph.js';

/** Arrays of a layer in Keras' order. */
export const VARIABLES = {
  conv: ['kernel', 'bias'],
  dense: ['kernel', 'bias'],
  batchNorm: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
} as const;

/** A kind of layer that has weights. */
export type WeightedKind = keyof typeof VARIABLES & Operation['kind'];

/** A layer with weights, and its number among those of its kind. */
export interface WeightedLayer {
  readonly name: string;
  readonly kind: WeightedKind;
  readonly number: number;
  /** Its arrays, in Keras' order. */
  readonly variables: readonly string[];
}

/** Layers with weights, in the network's order. */
export function weightedLayers(nodes: readonly GraphNode[]): WeightedLayer[] {
  const counts: Record<WeightedKind, number> = { conv: 0, dense: 0, batchNorm: 0 };
  return nodes.flatMap(({ name, operation }) => {
    const { kind } = operation;
    if (kind !== 'conv' && kind !== 'dense' && kind !== 'batchNorm') return [];
    const variables = VARIABLES[kind].filter(
      (variable) => variable !== 'bias' || !('bias' in operation) || operation.bias,
    );
    return [{ name, kind, number: counts[kind]++, variables }];
  });
}
