import { type Tensor, type Tensor1D, type Tensor2D, type Tensor5D, tf } from '../tensorflow/tf.js';
import { type Layer, type Parameter, sizeOf } from './architecture.js';
import { type GraphNode, INPUT, type NetworkOperation } from './graph.js';
import { kernelReach } from './kernelReach.js';
import { convolve, convolveWithoutBias, rectify } from './layers.js';
import { type Network, type Piece, type PieceInputs, pieceOf } from './network.js';

/** A network of its nodes: parameters, layers and pieces follow from them. */
export function networkOfGraph(
  given: Pick<Network, 'name' | 'inputSize' | 'channels' | 'filters'>,
  graph: readonly GraphNode[],
): Network {
  const layers = layersOfGraph(graph, [...given.inputSize, given.channels]);
  return {
    ...given,
    parameters: layers.flatMap(({ parameters }) => parameters),
    pieces: piecesOfGraph(graph),
    layers,
    graph,
  };
}

/** A piece ends where the next one's name begins; one result goes from piece to piece. */
function piecesOfGraph(graph: readonly GraphNode[]): Piece[] {
  const names = [...new Set(graph.map(({ name }) => pieceOf(name)))];
  let before = INPUT;
  return names.map((name) => {
    const nodes = graph.filter((node) => pieceOf(node.name) === name);
    const from = before;
    before = nodes.at(-1)!.name;
    return { name, run: (inputs, x) => runNodes(nodes, from, inputs, x) };
  });
}

function runNodes(nodes: readonly GraphNode[], from: string, inputs: PieceInputs, x: Tensor): Tensor {
  const results = new Map<string, Tensor>([[from, x]]);
  for (const node of nodes)
    results.set(
      node.name,
      compute(
        node,
        inputs,
        node.inputs.map((name) => results.get(name)!),
      ),
    );
  return results.get(nodes.at(-1)!.name)!;
}

function compute(
  { name, operation }: GraphNode,
  { weights, normalise, dropout, precision }: PieceInputs,
  given: readonly Tensor[],
): Tensor {
  const x = given[0]!;
  switch (operation.kind) {
    case 'conv': {
      const { stride, kernel, bias } = operation;
      // A kernel of 1^3 meets no padding.
      const padding = kernel === 1 ? 'valid' : 'same';
      const taps = weights<Tensor5D>(`${name}/kernel`);
      return bias
        ? convolve(x as Tensor5D, taps, weights(`${name}/bias`), stride, padding, precision)
        : convolveWithoutBias(x as Tensor5D, taps, stride, padding, precision);
    }
    case 'batchNorm':
      return normalise(name, x as Tensor5D, weights(`${name}/gamma`), weights(`${name}/beta`));
    case 'relu':
      return rectify(x as Tensor5D);
    case 'maxPool':
      return tf.maxPool3d(x as Tensor5D, operation.kernel, operation.stride, operation.padding);
    case 'averagePool':
      return tf.avgPool3d(x as Tensor5D, operation.kernel, operation.stride, 'valid');
    case 'add':
      return x.add(given[1]!);
    case 'concat':
      return tf.concat([...given], 4);
    case 'meanPool':
      return x.mean([1, 2, 3]);
    case 'dropout':
      return dropout?.(name, x, operation.rate) ?? x;
    case 'flatten':
      return x.reshape([x.shape[0]!, -1]);
    case 'dense':
      return (x as Tensor2D)
        .matMul(weights<Tensor2D>(`${name}/kernel`))
        .add(weights<Tensor1D>(`${name}/bias`))
        .reshape([-1]);
  }
}

/** A row for each node; batch norm and the ReLU behind it are one. */
function layersOfGraph(graph: readonly GraphNode[], input: readonly number[]): Layer[] {
  const byName = new Map(graph.map((node) => [node.name, node]));
  const shapeOf = (name: string): readonly number[] => byName.get(name)?.outputShape ?? input;
  const isRelu = ({ operation }: GraphNode): boolean => operation.kind === 'relu';
  const isMerged = (node: GraphNode): boolean =>
    isRelu(node) && byName.get(node.inputs[0]!)?.operation.kind === 'batchNorm';
  const activated = new Set(graph.filter(isMerged).map(({ inputs }) => inputs[0]!));
  return graph
    .filter((node) => !isMerged(node))
    .map((node) => {
      const { name, operation, outputShape } = node;
      const parameters = parametersOfNode(name, operation, shapeOf(node.inputs[0]!));
      const kind = wordsFor(operation, activated.has(name));
      return { name, kind, outputShape, parameters, macs: macsOf(operation, parameters, outputShape) };
    });
}

function parametersOfNode(
  name: string,
  operation: NetworkOperation,
  inputShape: readonly number[],
): Parameter[] {
  const channels = inputShape.at(-1)!;
  const vector = (kind: Exclude<Parameter['kind'], 'kernel'>, length: number): Parameter => ({
    name: `${name}/${kind}`,
    shape: [length],
    kind,
  });
  switch (operation.kind) {
    case 'conv': {
      const { kernel, stride, bias } = operation;
      const taps = [kernel, kernel, kernel];
      const shape = [...taps, channels, operation.channels];
      const reach = kernelReach(inputShape.slice(0, 3), taps, stride);
      const isPart = reach?.size.some((reached) => reached < kernel) ?? false;
      return [
        { name: `${name}/kernel`, shape, kind: 'kernel', ...(reach !== undefined && isPart && { reach }) },
        ...(bias ? [vector('bias', operation.channels)] : []),
      ];
    }
    case 'batchNorm':
      return (['gamma', 'beta', 'moving_mean', 'moving_variance'] as const).map((kind) =>
        vector(kind, channels),
      );
    case 'dense': {
      const { units } = operation;
      return [{ name: `${name}/kernel`, shape: [channels, units], kind: 'kernel' }, vector('bias', units)];
    }
    default:
      return [];
  }
}

function macsOf(
  { kind }: NetworkOperation,
  parameters: readonly Parameter[],
  outputShape: readonly number[],
): number {
  if (kind !== 'conv' && kind !== 'dense') return 0;
  return sizeOf(parameters[0]!) * (kind === 'conv' ? sizeOf({ shape: outputShape.slice(0, 3) }) : 1);
}

function wordsFor(operation: NetworkOperation, isActivated: boolean): string {
  const strided = (words: string, stride: number): string =>
    stride === 1 ? words : `${words}, stride ${stride}`;
  switch (operation.kind) {
    case 'conv':
      return strided(`conv ${operation.kernel}^3`, operation.stride);
    case 'batchNorm':
      return isActivated ? 'batch norm, ReLU' : 'batch norm';
    case 'relu':
      return 'ReLU';
    case 'maxPool':
      return strided(`max pool ${operation.kernel}^3`, operation.stride);
    case 'averagePool':
      return strided(`average pool ${operation.kernel}^3`, operation.stride);
    case 'add':
      return 'add';
    case 'concat':
      return 'concatenate';
    case 'meanPool':
      return 'mean over the map';
    case 'flatten':
      return 'flatten';
    case 'dropout':
      return `dropout ${operation.rate}, while training`;
    case 'dense':
      return 'dense, sigmoid';
  }
}
