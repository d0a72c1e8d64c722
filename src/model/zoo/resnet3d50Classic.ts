import type { NetworkOptions } from '../architecture.js';
import type { GraphNode } from '../graph.js';
import { classicBottlenecks } from './residual.js';

/** As torchvision's resnet50 with three axes. 46.2 million parameters with 64 filters. */
export function resnet3d50Classic(options: NetworkOptions): GraphNode[] {
  return classicBottlenecks(options, [3, 4, 6, 3]);
}
