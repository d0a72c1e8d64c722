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
}

/** Layers with weights, in the network's order. */
export function weightedLayers(nodes: readonly GraphNode[]): WeightedLayer[] {
  const counts: Record<WeightedKind, number> = { conv: 0, dense: 0, batchNorm: 0 };
  return nodes.flatMap(({ name, operation: { kind } }) =>
    kind === 'conv' || kind === 'dense' || kind === 'batchNorm'
      ? [{ name, kind, number: counts[kind]++ }]
      : [],
  );
}
