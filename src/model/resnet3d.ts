import type { Precision } from '../config/trainingSettings.js';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor5D, tf } from '../tensorflow/tf.js';
import { type Block, type NetworkOptions, residualBlocks } from './architecture.js';
import { convolve, rectify } from './layers.js';

/** The value of a parameter by its name. */
export type Weights = <T extends Tensor>(name: string) => T;

/** Batch norm of the layer `name`: by the batch's moments in training, by moving averages in use. */
export type Normalise = (name: string, x: Tensor5D, gamma: Tensor1D, beta: Tensor1D) => Tensor5D;

/** What a piece computes with. */
export interface PieceInputs {
  readonly weights: Weights;
  readonly normalise: Normalise;
  /** Of convolutions; default float32. */
  readonly precision?: Precision;
}

/** A part of the network that one device computes: a pipeline is cut between two pieces. */
export interface Piece {
  /** First part of the names of its parameters: `s1b1` holds `s1b1/conv1/kernel`. */
  readonly name: string;
  /** Computes it: from the map before it to the map behind it. */
  readonly run: (inputs: PieceInputs, x: Tensor) => Tensor;
}

/**
 * ResNet3D-18 in pieces: stem, eight residual blocks, head. The first takes x [batch, depth, height, width, 1] in [0, 1],
 * the last gives the logits of class 1, [batch]. Parameters as parametersOf() lists them.
 * @example
 * const pieces = piecesOf({ inputSize: [32, 32, 32], filters: 64 });
 * pieces.map(({ name }) => name).slice(0, 3) //=> [ 'stem', 's1b1', 's1b2' ]
 */
export function piecesOf(options: NetworkOptions): Piece[] {
  return [
    { name: 'stem', run: (inputs, x) => stem(inputs, x as Tensor5D) },
    ...residualBlocks(options).map(
      (block): Piece => ({
        name: block.name,
        run: (inputs, x) => residualBlock(inputs, block, x as Tensor5D),
      }),
    ),
    { name: 'head', run: (inputs, x) => head(inputs, x as Tensor5D) },
  ];
}

/** The name of the piece that a parameter belongs to. */
export function pieceOf(parameter: string): string {
  return parameter.slice(0, parameter.indexOf('/'));
}

/** The whole network at once. */
export function resnet3d(
  options: NetworkOptions,
  weights: Weights,
  normalise: Normalise,
  x: Tensor5D,
): Tensor1D {
  return piecesOf(options).reduce<Tensor>((h, { run }) => run({ weights, normalise }, h), x) as Tensor1D;
}

function stem(inputs: PieceInputs, x: Tensor5D): Tensor5D {
  const h = normRelu(inputs, 'stem/bn', conv(inputs, 'stem/conv', x, 2));
  return tf.maxPool3d(h, 3, 2, 'same');
}

function residualBlock(inputs: PieceInputs, block: Block, x: Tensor5D): Tensor5D {
  const { name, stride, preActivated, projects } = block;
  let residual = preActivated ? normRelu(inputs, `${name}/bn1`, x) : x;
  residual = conv(inputs, `${name}/conv1`, residual, stride);
  residual = conv(inputs, `${name}/conv2`, normRelu(inputs, `${name}/bn2`, residual), 1);
  // The shortcut takes the block's raw input, before its batch norm.
  const shortcut = projects ? conv(inputs, `${name}/shortcut`, x, stride, 'valid') : x;
  return residual.add(shortcut);
}

function head(inputs: PieceInputs, x: Tensor5D): Tensor1D {
  const features = normRelu(inputs, 'head/bn', x).mean([1, 2, 3]) as Tensor2D;
  return features
    .matMul(inputs.weights<Tensor2D>('head/dense/kernel'))
    .add(inputs.weights<Tensor1D>('head/dense/bias'))
    .reshape([-1]) as Tensor1D;
}

function conv(
  { weights, precision }: PieceInputs,
  name: string,
  x: Tensor5D,
  stride: 1 | 2,
  padding: 'same' | 'valid' = 'same',
): Tensor5D {
  return convolve(x, weights(`${name}/kernel`), weights(`${name}/bias`), stride, padding, precision);
}

function normRelu({ weights, normalise }: PieceInputs, name: string, x: Tensor5D): Tensor5D {
  return rectify(normalise(name, x, weights(`${name}/gamma`), weights(`${name}/beta`)));
}
