import { DEFAULT_NETWORK, type NetworkName } from '../../config/networkNames.js';
import { UsageError } from '../../errors.js';
import type { Layer, NetworkOptions, Parameter } from '../architecture.js';
import type { GraphNode } from '../graph.js';
import { networkOfGraph } from '../graphNetwork.js';
import type { Network, Piece } from '../network.js';
import { cnn3d } from './cnn3d.js';
import { densenet3d121 } from './densenet3d121.js';
import { BASIC, BOTTLENECK, classic, type Depths, type Kernels, preActivated } from './residual.js';

interface Entry {
  readonly build: (options: NetworkOptions) => GraphNode[];
  /** Channels of the first stage unless told otherwise. */
  readonly filters: number;
}

/** The table of networks: nothing else knows one by its name. */
const NETWORKS: Readonly<Record<NetworkName, Entry>> = {
  'resnet3d-18': residual(preActivated, BASIC, [2, 2, 2, 2]),
  'resnet3d-34': residual(preActivated, BASIC, [3, 4, 6, 3]),
  'resnet3d-50': residual(preActivated, BOTTLENECK, [3, 4, 6, 3]),
  'resnet3d-18-classic': residual(classic, BASIC, [2, 2, 2, 2]),
  'resnet3d-34-classic': residual(classic, BASIC, [3, 4, 6, 3]),
  'resnet3d-50-classic': residual(classic, BOTTLENECK, [3, 4, 6, 3]),
  'densenet3d-121': { build: densenet3d121, filters: 64 },
  cnn3d: { build: cnn3d, filters: 16 },
};

/** As published: 64 channels in the first stage. */
function residual(order: typeof classic, kernels: Kernels, depths: Depths): Entry {
  return { build: (options) => order(options, kernels, depths), filters: 64 };
}

/** Channels of a network's first stage unless told otherwise. */
export function usualFilters(name: NetworkName): number {
  return NETWORKS[name].filters;
}

/**
 * A network of the table. Throws UsageError, naming the smallest patch, for patches too small for its strides.
 * @example
 * const { pieces } = networkOf({ name: 'cnn3d', inputSize: [32, 32, 32], filters: 16 });
 * pieces.map(({ name }) => name) //=> [ 'c1', 'c2', 'c3', 'c4', 'head' ]
 */
export function networkOf(options: NetworkOptions): Network {
  const { name = DEFAULT_NETWORK, inputSize, filters, channels = 1 } = options;
  const graph = NETWORKS[name].build(options);
  if (!fits(graph)) throw tooSmall({ ...options, name });
  return networkOfGraph({ name, inputSize, channels, filters }, graph);
}

/**
 * Every layer of a network of the table in the order of the computation. Throws as networkOf().
 * @example
 * const layers = layersOf({ inputSize: [32, 32, 32], filters: 64 });
 * layers.reduce((sum, { macs }) => sum + macs, 0) //=> 490734080
 */
export function layersOf(options: NetworkOptions): readonly Layer[] {
  return networkOf(options).layers!;
}

/**
 * All weights and moving averages of a network of the table in creation order. Throws as networkOf().
 * @example
 * const parameters = parametersOf({ inputSize: [32, 32, 32], filters: 64 });
 * parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0) //=> 33171329
 */
export function parametersOf(options: NetworkOptions): readonly Parameter[] {
  return networkOf(options).parameters;
}

/**
 * A network of the table in pieces: a pipeline is cut between two of them. Throws as networkOf().
 * @example
 * const pieces = piecesOf({ inputSize: [32, 32, 32], filters: 64 });
 * pieces.map(({ name }) => name).slice(0, 3) //=> [ 'stem', 's1b1', 's1b2' ]
 */
export function piecesOf(options: NetworkOptions): readonly Piece[] {
  return networkOf(options).pieces;
}

function fits(graph: readonly GraphNode[]): boolean {
  return graph.every(({ outputShape }) => outputShape.every((length) => length > 0));
}

function tooSmall({ name, ...options }: NetworkOptions & { readonly name: NetworkName }): UsageError {
  let edge = 1;
  while (!fits(NETWORKS[name].build({ ...options, inputSize: [edge, edge, edge] }))) edge++;
  return new UsageError(
    `${name}: expected patches of at least ${edge} voxels along each axis, for its strides, received ${options.inputSize.join(' x ')} (z, y, x): take larger patches or another NETWORK`,
  );
}
