import type { Precision } from '../config/trainingSettings.js';
import type { Tensor, Tensor1D, Tensor5D } from '../tensorflow/tf.js';
import type { Layer, Parameter } from './architecture.js';
import type { GraphNode } from './graph.js';

/** The value of a parameter by its name. */
export type Weights = <T extends Tensor>(name: string) => T;

/** Batch norm of the layer `name`: by the batch's moments in training, by moving averages in use. */
export type Normalise = (name: string, x: Tensor5D, gamma: Tensor1D, beta: Tensor1D) => Tensor5D;

/** Leaves a share `rate` of x out at random: of maps whole channels of a row, else single numbers. `name` tells two of a network apart. */
export type Dropout = <T extends Tensor>(name: string, x: T, rate: number) => T;

/** What a piece computes with. */
export interface PieceInputs {
  /** Values of its parameters. */
  readonly weights: Weights;
  readonly normalise: Normalise;
  /** Only while training. */
  readonly dropout?: Dropout;
  /** Of convolutions; default float32. */
  readonly precision?: Precision;
  /** Convolutions by TensorFlow's own operation alone: what is written down of a network (recordedGraph.ts). */
  readonly plain?: boolean;
}

/** A part of the network that one device computes: a pipeline is cut between two pieces. */
export interface Piece {
  /** First part of the names of its parameters: `s1b1` holds `s1b1/conv1/kernel`. */
  readonly name: string;
  /** Computes it: from the map before it to the map behind it. */
  readonly run: (inputs: PieceInputs, x: Tensor) => Tensor;
}

/**
 * A network as a learner takes it: pure functions on named parameters. The first piece takes x [batch, depth, height, width,
 * channels], each channel a window of the voxels in [0, 1]; the last gives the logits of class 1, [batch].
 */
export interface Network {
  /** As configurations and checkpoints call it. */
  readonly name: string;
  /** Voxels of a patch along z, y, x. */
  readonly inputSize: readonly [depth: number, height: number, width: number];
  /** Of the input. */
  readonly channels: number;
  /** Channels of the first stage; undefined for a network of one's own. */
  readonly filters: number | undefined;
  /** In creation order. */
  readonly parameters: readonly Parameter[];
  readonly pieces: readonly Piece[];
  /** The table that `voxlab model` prints; undefined for a network of one's own. */
  readonly layers: readonly Layer[] | undefined;
  /** Its operations as plain data, which exports are written from; undefined for a network of one's own: recordedGraph.ts finds them. */
  readonly graph: readonly GraphNode[] | undefined;
}

/** The name of the piece that a parameter, or a node of a graph, belongs to. */
export function pieceOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

/** `resnet3d-18 with 64 filters`, `tiny`. */
export function wordsOf({ name, filters }: Pick<Network, 'name' | 'filters'>): string {
  return filters === undefined ? name : `${name} with ${filters} filters`;
}
