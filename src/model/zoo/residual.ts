import type { NetworkOptions } from '../architecture.js';
import { GraphBuilder, type GraphNode, INPUT } from '../graph.js';

/*
 * Residual networks for maps of three axes. Two kinds of block order: pre-activated (He, Zhang, Ren, Sun, "Identity Mappings in
 * Deep Residual Networks", ECCV 2016; every convolution with a bias, as the Keras package keras-resnet3d builds it) and classic
 * ("Deep Residual Learning for Image Recognition", CVPR 2016; no biases before a batch norm, the stride of a bottleneck on its
 * 3^3 convolution, as torchvision builds it). Strides pad as TensorFlow's SAME: patches may have any size.
 */

/** Blocks of each stage; each stage after the first halves the map and doubles the channels. */
export type Depths = readonly [number, number, number, number];

const STEM_KERNEL = 7;
const BLOCK_KERNEL = 3;
/** Channels that a bottleneck gives, of each of its own. */
const EXPANSION = 4;

/** Reads from `h` and gives the block's result, before or after its last activation. */
type Block = (name: string, h: string, channels: number, stride: 1 | 2) => string;

/** Two 3^3 convolutions a block; blocks begin with batch norm, the very first one with a bare convolution. */
export function preActivated(options: NetworkOptions, depths: Depths): GraphNode[] {
  const net = builderOf(options);
  let h = net.conv('stem/conv', INPUT, STEM_KERNEL, options.filters, { stride: 2 });
  h = net.maxPool('stem/pool', net.normRelu('stem/bn', h), 3, 2, 'same');
  h = stagesOf(options, depths, h, (name, input, channels, stride) => {
    // The stem has normalised the first block's input.
    const isFirst = name === 's1b1';
    const first = isFirst ? input : net.normRelu(`${name}/bn1`, input);
    const middle = net.conv(`${name}/conv1`, first, BLOCK_KERNEL, channels, { stride });
    const last = net.conv(`${name}/conv2`, net.normRelu(`${name}/bn2`, middle), BLOCK_KERNEL, channels);
    return net.add(`${name}/add`, [last, shortcut(net, name, input, channels, stride)]);
  });
  return finished(net, net.normRelu('head/bn', h), options);
}

/** Blocks of 1^3, 3^3 and 1^3 convolutions, the stride on the first of them. */
export function preActivatedBottlenecks(options: NetworkOptions, depths: Depths): GraphNode[] {
  const net = builderOf(options);
  let h = net.conv('stem/conv', INPUT, STEM_KERNEL, options.filters, { stride: 2 });
  h = net.maxPool('stem/pool', net.normRelu('stem/bn', h), 3, 2, 'same');
  h = stagesOf(options, depths, h, (name, input, channels, stride) => {
    const first = name === 's1b1' ? input : net.normRelu(`${name}/bn1`, input);
    const narrow = net.conv(`${name}/conv1`, first, 1, channels, { stride });
    const middle = net.conv(`${name}/conv2`, net.normRelu(`${name}/bn2`, narrow), BLOCK_KERNEL, channels);
    const wide = channels * EXPANSION;
    const last = net.conv(`${name}/conv3`, net.normRelu(`${name}/bn3`, middle), 1, wide);
    return net.add(`${name}/add`, [last, shortcut(net, name, input, wide, stride)]);
  });
  return finished(net, net.normRelu('head/bn', h), options);
}

/** Two 3^3 convolutions a block, each with batch norm behind it; ReLU after the sum. */
export function classic(options: NetworkOptions, depths: Depths): GraphNode[] {
  const net = builderOf(options);
  const h = stagesOf(options, depths, classicStem(net, options), (name, input, channels, stride) => {
    const first = net.conv(`${name}/conv1`, input, BLOCK_KERNEL, channels, { stride, bias: false });
    const middle = net.normRelu(`${name}/bn1`, first);
    const last = net.conv(`${name}/conv2`, middle, BLOCK_KERNEL, channels, { bias: false });
    return classicSum(net, name, input, net.norm(`${name}/bn2`, last), stride);
  });
  return finished(net, h, options);
}

/** As classic(), by blocks of 1^3, 3^3 and 1^3 convolutions. */
export function classicBottlenecks(options: NetworkOptions, depths: Depths): GraphNode[] {
  const net = builderOf(options);
  const h = stagesOf(options, depths, classicStem(net, options), (name, input, channels, stride) => {
    const narrow = net.normRelu(
      `${name}/bn1`,
      net.conv(`${name}/conv1`, input, 1, channels, { bias: false }),
    );
    const middle = net.conv(`${name}/conv2`, narrow, BLOCK_KERNEL, channels, { stride, bias: false });
    const wide = channels * EXPANSION;
    const last = net.conv(`${name}/conv3`, net.normRelu(`${name}/bn2`, middle), 1, wide, { bias: false });
    return classicSum(net, name, input, net.norm(`${name}/bn3`, last), stride);
  });
  return finished(net, h, options);
}

function builderOf({ inputSize, channels = 1 }: NetworkOptions): GraphBuilder {
  return new GraphBuilder(inputSize, channels);
}

function stagesOf({ filters }: NetworkOptions, depths: Depths, stem: string, block: Block): string {
  let h = stem;
  for (const [stage, blocks] of depths.entries())
    for (let index = 0; index < blocks; index++) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      h = block(`s${stage + 1}b${index + 1}`, h, filters * 2 ** stage, stride);
    }
  return h;
}

/** A 1^3 convolution on the raw input where the shape changes, else the input itself. */
function shortcut(net: GraphBuilder, name: string, input: string, channels: number, stride: 1 | 2): string {
  const isSame = stride === 1 && net.channelsOf(input) === channels;
  return isSame ? input : net.conv(`${name}/shortcut`, input, 1, channels, { stride });
}

function classicStem(net: GraphBuilder, { filters }: NetworkOptions): string {
  const h = net.conv('stem/conv', INPUT, STEM_KERNEL, filters, { stride: 2, bias: false });
  return net.maxPool('stem/pool', net.normRelu('stem/bn', h), 3, 2, 'same');
}

function classicSum(net: GraphBuilder, name: string, input: string, residual: string, stride: 1 | 2): string {
  const channels = net.channelsOf(residual);
  const isSame = stride === 1 && net.channelsOf(input) === channels;
  const past = isSame
    ? input
    : net.norm(
        `${name}/shortcut_bn`,
        net.conv(`${name}/shortcut`, input, 1, channels, { stride, bias: false }),
      );
  return net.relu(`${name}/relu`, net.add(`${name}/add`, [residual, past]));
}

function finished(net: GraphBuilder, features: string, { dropout = 0 }: NetworkOptions): GraphNode[] {
  net.head(features, dropout);
  return net.nodes;
}
