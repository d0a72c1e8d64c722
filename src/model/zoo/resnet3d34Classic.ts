import type { NetworkOptions } from '../architecture.js';
import type { GraphNode } from '../graph.js';
import { classic } from './residual.js';

/** As torchvision's resnet34 with three axes. 63.5 million parameters with 64 filters. */
export function resnet3d34Classic(options: NetworkOptions): GraphNode[] {
  return classic(options, [3, 4, 6, 3]);
}
