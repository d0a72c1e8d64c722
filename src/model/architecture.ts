import { type KernelReach, kernelReach } from './kernelReach.js';

/**
 * ResNet3D-18 as plain data: pre-activation residual blocks after He et al. (2016), every convolution with a bias, as the
 * Keras package keras-resnet3d builds it. All maps are depth, height, width, channels.
 */
export interface NetworkOptions {
  /** Voxels of a patch along z, y, x. */
  readonly inputSize: readonly [depth: number, height: number, width: number];
  /** Channels of the first stage; each further stage doubles them. 64 is ResNet3D-18. */
  readonly filters: number;
}

/** A residual block: two 3^3 convolutions and a way past them. */
export interface Block {
  readonly name: string;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Of the first convolution and the shortcut. */
  readonly stride: 1 | 2;
  /** The very first block starts with a bare convolution: the stem has normalised its input. */
  readonly preActivated: boolean;
  /** A 1^3 convolution on the raw input where shape changes, else identity. */
  readonly projects: boolean;
}

/** What a parameter does in its layer. */
export type ParameterKind = 'kernel' | 'bias' | 'gamma' | 'beta' | 'moving_mean' | 'moving_variance';

/** One weight or moving average. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  /** Of a kernel whose other taps meet padding alone: a part of it is all that the network sees. */
  readonly reach?: KernelReach;
}

/** One row of the table that `voxlab model` prints. */
export interface Layer {
  readonly name: string;
  readonly kind: string;
  /** Depth, height, width, channels; or units. */
  readonly outputShape: readonly number[];
  readonly parameters: readonly Parameter[];
  /** Multiply-accumulates a patch, of convolutions and the dense layer. */
  readonly macs: number;
}

export const STAGES = 4;
const BLOCKS_PER_STAGE = 2;
export const STEM_KERNEL = 7;
const BLOCK_KERNEL = 3;

/** The residual blocks in order. */
export function residualBlocks({ filters }: NetworkOptions): Block[] {
  const blocks: Block[] = [];
  let inChannels = filters;
  for (let stage = 1; stage <= STAGES; stage++)
    for (let index = 1; index <= BLOCKS_PER_STAGE; index++) {
      const outChannels = filters * 2 ** (stage - 1);
      const stride = stage > 1 && index === 1 ? 2 : 1;
      blocks.push({
        name: `s${stage}b${index}`,
        inChannels,
        outChannels,
        stride,
        preActivated: blocks.length > 0,
        projects: stride !== 1 || inChannels !== outChannels,
      });
      inChannels = outChannels;
    }
  return blocks;
}

/**
 * Every layer in the order of the computation.
 * @example
 * const layers = layersOf({ inputSize: [32, 32, 32], filters: 64 });
 * layers.reduce((sum, { macs }) => sum + macs, 0) //=> 490734080
 */
export function layersOf(options: NetworkOptions): Layer[] {
  const layers: Layer[] = [];
  const { filters } = options;
  layers.push(convolution('stem/conv', STEM_KERNEL, 1, filters, options.inputSize, 2));
  let size = halved(options.inputSize);
  layers.push(normalisation('stem/bn', filters, size));
  size = halved(size);
  layers.push(plain('stem/pool', 'max pool 3^3, stride 2', [...size, filters]));
  for (const block of residualBlocks(options)) {
    const { name, inChannels, outChannels, stride } = block;
    if (block.preActivated) layers.push(normalisation(`${name}/bn1`, inChannels, size));
    const inputSize = size;
    if (stride === 2) size = halved(size);
    layers.push(convolution(`${name}/conv1`, BLOCK_KERNEL, inChannels, outChannels, inputSize, stride));
    layers.push(normalisation(`${name}/bn2`, outChannels, size));
    layers.push(convolution(`${name}/conv2`, BLOCK_KERNEL, outChannels, outChannels, size, 1));
    if (block.projects)
      layers.push(convolution(`${name}/shortcut`, 1, inChannels, outChannels, inputSize, stride));
    layers.push(plain(`${name}/add`, 'add', [...size, outChannels]));
  }
  const channels = filters * 2 ** (STAGES - 1);
  layers.push(normalisation('head/bn', channels, size));
  layers.push(plain('head/pool', 'mean over the map', [channels]));
  layers.push(dense('head/dense', channels));
  return layers;
}

/**
 * All weights and moving averages in creation order.
 * @example
 * const parameters = parametersOf({ inputSize: [32, 32, 32], filters: 64 });
 * parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0) //=> 33171329
 */
export function parametersOf(options: NetworkOptions): Parameter[] {
  return layersOf(options).flatMap(({ parameters }) => parameters);
}

export function isTrainable({ kind }: Parameter): boolean {
  return kind !== 'moving_mean' && kind !== 'moving_variance';
}

/** Numbers in a parameter. */
export function sizeOf({ shape }: Pick<Parameter, 'shape'>): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Half, rounded up: TensorFlow's SAME padding with stride 2. */
function halved([depth, height, width]: readonly [number, number, number]): [number, number, number] {
  return [Math.ceil(depth / 2), Math.ceil(height / 2), Math.ceil(width / 2)];
}

function convolution(
  name: string,
  kernel: number,
  inChannels: number,
  outChannels: number,
  inputSize: readonly [number, number, number],
  stride: 1 | 2,
): Layer {
  const shape = [kernel, kernel, kernel, inChannels, outChannels];
  const size = stride === 2 ? halved(inputSize) : inputSize;
  const reach = kernelReach(inputSize, shape.slice(0, 3), stride);
  const isPart = reach?.size.some((taps) => taps < kernel) ?? false;
  return {
    name,
    kind: `conv ${kernel}^3${stride === 1 ? '' : `, stride ${stride}`}`,
    outputShape: [...size, outChannels],
    parameters: [
      { name: `${name}/kernel`, shape, kind: 'kernel', ...(reach !== undefined && isPart && { reach }) },
      { name: `${name}/bias`, shape: [outChannels], kind: 'bias' },
    ],
    macs: sizeOf({ shape }) * sizeOf({ shape: size }),
  };
}

function normalisation(name: string, channels: number, size: readonly number[]): Layer {
  const kinds = ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const;
  return {
    name,
    kind: 'batch norm, ReLU',
    outputShape: [...size, channels],
    parameters: kinds.map((kind) => ({ name: `${name}/${kind}`, shape: [channels], kind })),
    macs: 0,
  };
}

function dense(name: string, channels: number): Layer {
  return {
    name,
    kind: 'dense, sigmoid',
    outputShape: [1],
    parameters: [
      { name: `${name}/kernel`, shape: [channels, 1], kind: 'kernel' },
      { name: `${name}/bias`, shape: [1], kind: 'bias' },
    ],
    macs: channels,
  };
}

function plain(name: string, kind: string, outputShape: readonly number[]): Layer {
  return { name, kind, outputShape, parameters: [], macs: 0 };
}
