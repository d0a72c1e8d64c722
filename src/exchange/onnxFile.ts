import type { Padding } from '../model/graph.js';
import { BATCH_NORM_EPSILON } from '../model/layers.js';
import { wordsOf } from '../model/network.js';
import { writeFileAtomically } from '../paths.js';
import type { NamedArray } from '../training/step/learner.js';
import { type GraphNode, networkGraph, samePadding } from './networkGraph.js';
import { type OnnxAttribute, onnxModel, onnxNode, onnxTensor, onnxValue } from './onnxProto.js';
import { descriptionOf, INPUT_NAME, OUTPUT_NAME, type PortableNetwork } from './portableNetwork.js';
import { requireFit } from './requireFit.js';
import { outputsFirst } from './torchLayout.js';
import { VARIABLES } from './weightedLayers.js';

/** What the pieces of the file are made of. */
interface Parts {
  readonly nodes: Uint8Array[];
  readonly tensors: Uint8Array[];
}

/** An ONNX model of one input and one output; the first length, `n`, may vary. Throws EnvironmentError, InputError. */
export async function writeOnnxFile(network: PortableNetwork, path: string): Promise<string[]> {
  requireFit(network, 'ONNX');
  const graph = networkGraph(network);
  const parts: Parts = { nodes: [], tensors: [] };
  const shapes = new Map(graph.map(({ name, outputShape }) => [name, outputShape]));
  for (const node of graph) addNode(parts, node, shapes.get(node.inputs[0] ?? '') ?? [], network.weights);
  const model = onnxModel({
    name: network.network.name,
    about: `${wordsOf(network.network)}: Hounsfield units [n, z, y, x, 1] -> probability [n, 1]`,
    ...parts,
    inputs: [onnxValue(INPUT_NAME, ['n', ...network.network.inputSize, 1])],
    outputs: [onnxValue(OUTPUT_NAME, ['n', 1])],
    metadata: { voxlab: JSON.stringify(descriptionOf(network)) },
  });
  writeFileAtomically(path, model);
  return [path];
}

/** ONNX's maps are n, c, z, y, x: the window's node turns the input. */
function addNode(
  { nodes, tensors }: Parts,
  { name, operation, inputs }: GraphNode,
  inputShape: readonly number[],
  weights: ReadonlyMap<string, NamedArray>,
): void {
  const node = (
    type: string,
    from: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = name,
  ): void => void nodes.push(onnxNode(type, from, output, attributes));
  const constant = (of: string, array: NamedArray): string => {
    tensors.push(onnxTensor(of, array));
    return of;
  };
  const weight = (variable: string): string =>
    constant(`${name}/${variable}`, weights.get(`${name}/${variable}`)!);
  const scalar = (of: string, value: number): string =>
    constant(`${name}/${of}`, { shape: [], data: Float32Array.of(value) });
  const [input = ''] = inputs;
  switch (operation.kind) {
    case 'input':
      return;
    case 'window': {
      const { low, high, clip } = operation;
      node('Transpose', [input], { perm: [0, 4, 1, 2, 3] }, `${name}/channels_first`);
      const bounds = clip ? [scalar('low', low), scalar('high', high)] : [];
      if (clip) node('Clip', [`${name}/channels_first`, ...bounds], {}, `${name}/clipped`);
      const from = clip ? bounds[0]! : scalar('low', low);
      node('Sub', [clip ? `${name}/clipped` : `${name}/channels_first`, from], {}, `${name}/above_low`);
      return node('Div', [`${name}/above_low`, scalar('width', high - low)]);
    }
    case 'conv': {
      const kernel = constant(`${name}/kernel`, outputsFirst(weights.get(`${name}/kernel`)!));
      const bias = operation.bias ? [weight('bias')] : [];
      return node('Conv', [input, kernel, ...bias], windowOf(inputShape, operation));
    }
    case 'batchNorm':
      return node('BatchNormalization', [input, ...VARIABLES.batchNorm.map(weight)], {
        epsilon: { float: BATCH_NORM_EPSILON },
      });
    case 'relu':
      return node('Relu', [input]);
    case 'maxPool':
      return node('MaxPool', [input], windowOf(inputShape, operation, operation.padding));
    case 'averagePool':
      return node('AveragePool', [input], windowOf(inputShape, operation, 'valid'));
    case 'add':
      return node('Add', inputs);
    case 'concat':
      return node('Concat', inputs, { axis: 1 });
    case 'flatten':
      // Our dense layers have channels fastest.
      node('Transpose', [input], { perm: [0, 2, 3, 4, 1] }, `${name}/channels_last`);
      return node('Flatten', [`${name}/channels_last`], { axis: 1 });
    case 'meanPool':
      node('GlobalAveragePool', [input], {}, `${name}/map`);
      return node('Flatten', [`${name}/map`], { axis: 1 });
    case 'dense': {
      const bias = operation.bias ? [weight('bias')] : [];
      return node('Gemm', [input, weight('kernel'), ...bias]);
    }
    case 'sigmoid':
      return node('Sigmoid', [input]);
  }
}

function windowOf(
  inputShape: readonly number[],
  { kernel, stride }: { readonly kernel: number; readonly stride: number },
  padding: Padding = 'same',
): Readonly<Record<string, OnnxAttribute>> {
  const none = [0, 0, 0];
  const { before, after } =
    padding === 'same' ? samePadding(inputShape, kernel, stride) : { before: none, after: none };
  return {
    kernel_shape: [kernel, kernel, kernel],
    strides: [stride, stride, stride],
    pads: [...before, ...after],
  };
}
