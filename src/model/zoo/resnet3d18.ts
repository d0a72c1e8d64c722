import type { NetworkOptions } from '../architecture.js';
import type { GraphNode } from '../graph.js';
import { preActivated } from './residual.js';

/** The default: stem, eight pre-activated blocks of two 3^3 convolutions, head. 33.2 million parameters with 64 filters. */
export function resnet3d18(options: NetworkOptions): GraphNode[] {
  return preActivated(options, [2, 2, 2, 2]);
}
