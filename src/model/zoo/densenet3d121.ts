import type { NetworkOptions } from '../architecture.js';
import { GraphBuilder, type GraphNode, INPUT } from '../graph.js';

const BLOCKS = [6, 12, 24, 16] as const;
/** Channels of a layer's 1^3 convolution, of each that it adds. */
const BOTTLENECK = 4;

/**
 * DenseNet-121 with three axes (Huang, Liu, van der Maaten, Weinberger, "Densely Connected Convolutional Networks", CVPR 2017): each
 * layer sees all maps before it in its block, and adds half as many channels as the stem has; between blocks half of the channels and
 * of each axis go on. No biases before a batch norm. 11.2 million parameters with 64 filters. Patches of at least 29 voxels an axis.
 */
export function densenet3d121({
  inputSize,
  channels = 1,
  filters,
  dropout = 0,
}: NetworkOptions): GraphNode[] {
  const net = new GraphBuilder(inputSize, channels);
  const growth = Math.max(1, Math.floor(filters / 2));
  const bare = { bias: false } as const;
  let h = net.conv('stem/conv', INPUT, 7, filters, { stride: 2, bias: false });
  h = net.maxPool('stem/pool', net.normRelu('stem/bn', h), 3, 2, 'same');
  for (const [index, layers] of BLOCKS.entries()) {
    const block = `b${index + 1}`;
    for (let layer = 1; layer <= layers; layer++) {
      const name = `${block}/l${layer}`;
      const narrow = net.conv(`${name}/conv1`, net.normRelu(`${name}/bn1`, h), 1, BOTTLENECK * growth, bare);
      const added = net.conv(`${name}/conv2`, net.normRelu(`${name}/bn2`, narrow), 3, growth, bare);
      h = net.concat(`${name}/concat`, [h, added]);
    }
    if (index === BLOCKS.length - 1) break;
    const name = `t${index + 1}`;
    const half = Math.floor(net.channelsOf(h) / 2);
    h = net.averagePool(
      `${name}/pool`,
      net.conv(`${name}/conv`, net.normRelu(`${name}/bn`, h), 1, half, bare),
      2,
      2,
    );
  }
  net.head(net.normRelu('head/bn', h), dropout);
  return net.nodes;
}
