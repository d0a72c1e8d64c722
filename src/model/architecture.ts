import type { NetworkName } from '../config/networkNames.js';
import { valuesIn } from '../tensorflow/tensors.js';
import type { KernelReach } from './kernelReach.js';

/** Which network of the table, and how wide. All maps are depth, height, width, channels. */
export interface NetworkOptions {
  /** Default: resnet3d-18. */
  readonly name?: NetworkName;
  /** Voxels of a patch along z, y, x. */
  readonly inputSize: readonly [depth: number, height: number, width: number];
  /** Channels of the first stage; of the ResNets and DenseNet 64 are the published ones. */
  readonly filters: number;
  /** Channels of the input, each a window of the patch's values; default 1. */
  readonly channels?: number;
  /** Share of the last features that a training step leaves out at random; default 0. */
  readonly dropout?: number;
}

/** What a parameter does in its layer. */
export type ParameterKind = 'kernel' | 'bias' | 'gamma' | 'beta' | 'moving_mean' | 'moving_variance';

/** One weight or moving average. */
export interface Parameter {
  /** Piece, layer and kind: `s1b1/conv1/kernel`. */
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

export function isTrainable({ kind }: Pick<Parameter, 'kind'>): boolean {
  return kind !== 'moving_mean' && kind !== 'moving_variance';
}

/** Numbers in a parameter. */
export function sizeOf({ shape }: Pick<Parameter, 'shape'>): number {
  return valuesIn(shape);
}
