import type { NetworkOptions } from '../architecture.js';
import type { GraphNode } from '../graph.js';
import { preActivated } from './residual.js';

/** Sixteen pre-activated blocks of two 3^3 convolutions. 63.5 million parameters with 64 filters. */
export function resnet3d34(options: NetworkOptions): GraphNode[] {
  return preActivated(options, [3, 4, 6, 3]);
}
