import type { Padding } from '../model/graph.js';
import { BATCH_NORM_EPSILON } from '../model/layers.js';
import { FLOAT32, INT32 } from '../tensorflow/dataTypes.js';
import type { NamedArray } from '../training/step/learner.js';
import { type GraphNode, networkGraph } from './networkGraph.js';
import type { PortableNetwork } from './portableNetwork.js';

/** A constant of a graph. */
export interface GraphConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export type GraphAttribute =
  /** A number of dataTypes.ts. */
  | { readonly type: number }
  | { readonly text: string }
  | { readonly flag: boolean }
  | { readonly whole: number }
  | { readonly ints: readonly number[] }
  /** -1: any length. */
  | { readonly shape: readonly number[] }
  | { readonly constant: GraphConstant };

/** A node of a TensorFlow graph, before it is written as protobuf or JSON. */
export interface TensorflowNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

const T = { T: { type: FLOAT32 } } as const;

/**
 * The network as TensorFlow's operations with its weights as constants. Batch norm is a factor and an offset for each channel:
 * TensorFlow's own operation takes no maps of three axes.
 */
export function tensorflowGraph(network: PortableNetwork): TensorflowNode[] {
  const nodes: TensorflowNode[] = [];
  for (const node of networkGraph(network)) addNode(nodes, node, network.weights);
  return nodes;
}

function addNode(
  nodes: TensorflowNode[],
  { name, operation, inputs, outputShape }: GraphNode,
  weights: ReadonlyMap<string, NamedArray>,
): void {
  const add = (
    op: string,
    from: readonly string[],
    attributes: Readonly<Record<string, GraphAttribute>> = T,
    of = name,
  ): string => {
    nodes.push({ name: of, op, inputs: from, attributes });
    return of;
  };
  const constant = (of: string, value: GraphConstant): string => {
    const dtype = { type: value.data instanceof Float32Array ? FLOAT32 : INT32 };
    return add('Const', [], { dtype, value: { constant: value } }, `${name}/${of}`);
  };
  const weight = (variable: string): string => constant(variable, weights.get(`${name}/${variable}`)!);
  const scalar = (of: string, value: number): string =>
    constant(of, { shape: [], data: Float32Array.of(value) });
  const [input = ''] = inputs;
  switch (operation.kind) {
    case 'input':
      add('Placeholder', [], { dtype: { type: FLOAT32 }, shape: { shape: [-1, ...outputShape] } });
      return;
    case 'window': {
      const { low, high, clip } = operation;
      const [lowest, highest] = [scalar('low', low), scalar('high', high)];
      const from = clip
        ? add(
            'Maximum',
            [add('Minimum', [input, highest], T, `${name}/below_high`), lowest],
            T,
            `${name}/clipped`,
          )
        : input;
      add('RealDiv', [add('Sub', [from, lowest], T, `${name}/above_low`), scalar('width', high - low)]);
      return;
    }
    case 'conv': {
      const taps = [input, weight('kernel')];
      if (operation.bias)
        add('AddV2', [add('Conv3D', taps, convolution(operation), `${name}/conv3d`), weight('bias')]);
      else add('Conv3D', taps, convolution(operation));
      return;
    }
    case 'batchNorm': {
      const { factor, offset } = affineOf(name, weights);
      const scaled = add('Mul', [input, constant('factor', factor)], T, `${name}/scaled`);
      add('AddV2', [scaled, constant('offset', offset)]);
      return;
    }
    case 'relu':
      add('Relu', [input]);
      return;
    case 'maxPool':
      add('MaxPool3D', [input], pool(operation.kernel, operation.stride, operation.padding));
      return;
    case 'averagePool':
      add('AvgPool3D', [input], pool(operation.kernel, operation.stride, 'valid'));
      return;
    case 'concat':
      add('ConcatV2', [...inputs, constant('axis', { shape: [], data: Int32Array.of(4) })], {
        ...T,
        N: { whole: inputs.length },
        Tidx: { type: INT32 },
      });
      return;
    case 'flatten': {
      const shape = constant('shape', { shape: [2], data: Int32Array.of(-1, outputShape[0]!) });
      add('Reshape', [input, shape], { ...T, Tshape: { type: INT32 } });
      return;
    }
    case 'add':
      add('AddV2', inputs);
      return;
    case 'meanPool':
      add('Mean', [input, constant('axes', { shape: [3], data: Int32Array.of(1, 2, 3) })], {
        ...T,
        Tidx: { type: INT32 },
        keep_dims: { flag: false },
      });
      return;
    case 'dense': {
      const sides = { transpose_a: { flag: false }, transpose_b: { flag: false } };
      const factors = [input, weight('kernel')];
      if (operation.bias)
        add('AddV2', [add('MatMul', factors, { ...T, ...sides }, `${name}/product`), weight('bias')]);
      else add('MatMul', factors, { ...T, ...sides });
      return;
    }
    case 'sigmoid':
      add('Sigmoid', [input]);
  }
}

/** A kernel of 1^3 needs no padding; TensorFlow.js pads it with -1 voxel by SAME and a stride. */
function convolution({
  kernel,
  stride,
}: {
  readonly kernel: number;
  readonly stride: number;
}): Readonly<Record<string, GraphAttribute>> {
  return {
    ...T,
    strides: { ints: [1, stride, stride, stride, 1] },
    padding: { text: kernel === 1 ? 'VALID' : 'SAME' },
    data_format: { text: 'NDHWC' },
    dilations: { ints: [1, 1, 1, 1, 1] },
  };
}

function pool(kernel: number, stride: number, padding: Padding): Readonly<Record<string, GraphAttribute>> {
  return {
    ...T,
    ksize: { ints: [1, kernel, kernel, kernel, 1] },
    strides: { ints: [1, stride, stride, stride, 1] },
    padding: { text: padding.toUpperCase() },
    data_format: { text: 'NDHWC' },
  };
}

/** What batch norm does with its moving averages: x * factor + offset. */
function affineOf(
  name: string,
  weights: ReadonlyMap<string, NamedArray>,
): { readonly factor: GraphConstant; readonly offset: GraphConstant } {
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
    (variable) => weights.get(`${name}/${variable}`)!,
  ) as [NamedArray, NamedArray, NamedArray, NamedArray];
  const factor = gamma.data.map((g, i) => g / Math.sqrt(variance.data[i]! + BATCH_NORM_EPSILON));
  return {
    factor: { shape: gamma.shape, data: factor },
    offset: { shape: beta.shape, data: beta.data.map((b, i) => b - mean.data[i]! * factor[i]!) },
  };
}
