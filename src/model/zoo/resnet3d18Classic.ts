import type { NetworkOptions } from '../architecture.js';
import type { GraphNode } from '../graph.js';
import { classic } from './residual.js';

/** As torchvision's resnet18 with three axes. 33.2 million parameters with 64 filters. */
export function resnet3d18Classic(options: NetworkOptions): GraphNode[] {
  return classic(options, [2, 2, 2, 2]);
}
