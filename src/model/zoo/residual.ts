import type { NetworkOptions } from '../architecture.js';
import { GraphBuilder, type GraphNode, INPUT } from '../graph.js';

/*
 * Residual networks for maps of three axes. Two orders of a block: pre-activated (He, Zhang, Ren, Sun, "Identity Mappings in
 * Deep Residual Networks", ECCV 2016; every convolution with a bias, as the Keras package keras-resnet3d builds it) and classic
 * ("Deep Residual Learning for Image Recognition", CVPR 2016; no biases before a batch norm, as torchvision builds it). Strides
 * pad as TensorFlow's SAME: patches may have any size.
 */

/** Blocks of each stage; each stage after the first halves the map and doubles the channels. */
export type Depths = readonly [number, number, number, number];

/** Edges of a block's convolutions. */
export type Kernels = readonly number[];
export const BASIC: Kernels = [3, 3];
/** The last convolution gives four times as many channels. */
export const BOTTLENECK: Kernels = [1, 3, 1];
const EXPANSION = 4;
const STEM_KERNEL = 7;

/** Reads from `h` and gives the block's result, before or after its last activation. */
type Block = (name: string, h: string, channels: number, stride: 1 | 2) => string;

/** Blocks begin with batch norm, the very first one with a bare convolution; the first convolution has the stride. */
export function preActivated(options: NetworkOptions, kernels: Kernels, depths: Depths): GraphNode[] {
  const net = builderOf(options);
  const h = stagesOf(options, depths, stem(net, options, true), (name, input, channels, stride) => {
    // The stem has normalised the first block's input.
    let x = name === 's1b1' ? input : net.normRelu(`${name}/bn1`, input);
    for (const [at, kernel] of kernels.entries()) {
      if (at > 0) x = net.normRelu(`${name}/bn${at + 1}`, x);
      const width = widthOf(at, channels);
      x = net.conv(`${name}/conv${at + 1}`, x, kernel, width, { stride: at === 0 ? stride : 1 });
    }
    const width = net.channelsOf(x);
    const past = isSame(net, input, width, stride)
      ? input
      : net.conv(`${name}/shortcut`, input, 1, width, { stride });
    return net.add(`${name}/add`, [x, past]);
  });
  return finished(net, net.normRelu('head/bn', h), options);
}

/** Each convolution has batch norm behind it, the first of 3^3 the stride; ReLU after the sum. */
export function classic(options: NetworkOptions, kernels: Kernels, depths: Depths): GraphNode[] {
  const net = builderOf(options);
  const h = stagesOf(options, depths, stem(net, options, false), (name, input, channels, stride) => {
    let x = input;
    for (const [at, kernel] of kernels.entries()) {
      const step = at === kernels.indexOf(3) ? stride : 1;
      const width = widthOf(at, channels);
      x = net.conv(`${name}/conv${at + 1}`, x, kernel, width, { stride: step, bias: false });
      const isLast = at === kernels.length - 1;
      x = isLast ? net.norm(`${name}/bn${at + 1}`, x) : net.normRelu(`${name}/bn${at + 1}`, x);
    }
    const width = net.channelsOf(x);
    const changed = (): string => net.conv(`${name}/shortcut`, input, 1, width, { stride, bias: false });
    const past = isSame(net, input, width, stride) ? input : net.norm(`${name}/shortcut_bn`, changed());
    return net.relu(`${name}/relu`, net.add(`${name}/add`, [x, past]));
  });
  return finished(net, h, options);
}

function builderOf({ inputSize, channels = 1 }: NetworkOptions): GraphBuilder {
  return new GraphBuilder(inputSize, channels);
}

function stem(net: GraphBuilder, { filters }: NetworkOptions, bias: boolean): string {
  const h = net.conv('stem/conv', INPUT, STEM_KERNEL, filters, { stride: 2, bias });
  return net.maxPool('stem/pool', net.normRelu('stem/bn', h), 3, 2, 'same');
}

function stagesOf({ filters }: NetworkOptions, depths: Depths, from: string, block: Block): string {
  let h = from;
  for (const [stage, blocks] of depths.entries())
    for (let index = 0; index < blocks; index++) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      h = block(`s${stage + 1}b${index + 1}`, h, filters * 2 ** stage, stride);
    }
  return h;
}

function widthOf(at: number, channels: number): number {
  return at === 2 ? EXPANSION * channels : channels;
}

/** Whether the shortcut is the input itself; else a 1^3 convolution on it has the block's shape. */
function isSame(net: GraphBuilder, input: string, channels: number, stride: 1 | 2): boolean {
  return stride === 1 && net.channelsOf(input) === channels;
}

function finished(net: GraphBuilder, features: string, { dropout = 0 }: NetworkOptions): GraphNode[] {
  net.head(features, dropout);
  return net.nodes;
}
