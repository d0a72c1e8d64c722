import type { NetworkOptions } from '../architecture.js';
import { GraphBuilder, type GraphNode, INPUT } from '../graph.js';

const STAGES = 4;

/**
 * A small network to begin with: four times a 3^3 convolution (no bias), batch norm, ReLU and a halving of the map, each with twice
 * the channels of the one before. 0.3 million parameters with its 16 filters. Patches of at least 16 voxels an axis.
 */
export function cnn3d({ inputSize, channels = 1, filters, dropout = 0 }: NetworkOptions): GraphNode[] {
  const net = new GraphBuilder(inputSize, channels);
  let h = INPUT;
  for (let stage = 0; stage < STAGES; stage++) {
    const name = `c${stage + 1}`;
    const maps = net.conv(`${name}/conv`, h, 3, filters * 2 ** stage, { bias: false });
    h = net.maxPool(`${name}/pool`, net.normRelu(`${name}/bn`, maps), 2, 2, 'valid');
  }
  net.head(h, dropout);
  return net.nodes;
}
