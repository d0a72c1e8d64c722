import type { NetworkOptions } from '../architecture.js';
import type { GraphNode } from '../graph.js';
import { preActivatedBottlenecks } from './residual.js';

/** Sixteen pre-activated bottlenecks. 46.2 million parameters with 64 filters. */
export function resnet3d50(options: NetworkOptions): GraphNode[] {
  return preActivatedBottlenecks(options, [3, 4, 6, 3]);
}
