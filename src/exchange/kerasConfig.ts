import { BATCH_NORM_EPSILON } from '../model/layers.js';
import { BATCH_NORM_MOMENTUM } from '../training/step/tracedStep.js';
import type { GraphNode, Operation } from './networkGraph.js';

/** A layer as Keras 3 describes it in config.json. */
interface KerasLayer {
  readonly module: 'keras.layers';
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly registered_name: null;
  readonly name: string;
  readonly inbound_nodes: readonly unknown[];
}

/** A layer before it is placed: its class and settings. */
type Described = readonly [className: string, config: Readonly<Record<string, unknown>>];

/** Keras allows no slash in names. */
export function kerasName(name: string): string {
  return name.replaceAll('/', '_');
}

/** The functional model of a network, as Keras 3 stores it (its layers alone, not compiled). */
export function kerasConfig(
  modelName: string,
  nodes: readonly GraphNode[],
): Readonly<Record<string, unknown>> {
  const layers: KerasLayer[] = [];
  /** The layer that gives a node's result, with its shape. */
  const results = new Map<string, { readonly layer: string; readonly shape: readonly number[] }>();
  for (const node of nodes) {
    const parts = layersOfNode(node);
    let inputs = node.inputs.map((name) => results.get(name)!);
    for (const [index, [className, config]] of parts.entries()) {
      const isLast = index === parts.length - 1;
      const name = kerasName(isLast ? node.name : `${node.name}/${index}`);
      layers.push(layerOf(className, { ...config, name }, inputs));
      inputs = [{ layer: name, shape: node.outputShape }];
    }
    results.set(node.name, inputs[0]!);
  }
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: kerasName(modelName),
      trainable: true,
      layers,
      input_layers: [layers[0]!.name, 0, 0],
      output_layers: [layers.at(-1)!.name, 0, 0],
    },
    registered_name: 'Functional',
    build_config: { input_shape: null },
    compile_config: {},
  };
}

function layerOf(
  className: string,
  config: Readonly<Record<string, unknown>> & { readonly name: string },
  inputs: readonly { readonly layer: string; readonly shape: readonly number[] }[],
): KerasLayer {
  const tensors = inputs.map(({ layer, shape }) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...shape], dtype: 'float32', keras_history: [layer, 0, 0] },
  }));
  const args = tensors.length > 1 ? [tensors] : tensors;
  return {
    module: 'keras.layers',
    class_name: className,
    config: { ...config, dtype: 'float32' },
    registered_name: null,
    name: config.name,
    inbound_nodes: inputs.length === 0 ? [] : [{ args, kwargs: {} }],
  };
}

function layersOfNode({ operation, outputShape }: GraphNode): readonly Described[] {
  if (operation.kind === 'window') return windowLayers(operation);
  return [layerOfOperation(operation, outputShape)];
}

/** Clipped by a ReLU with a maximum: every program that reads Keras files has it. */
function windowLayers({ low, high, clip }: Operation & { readonly kind: 'window' }): Described[] {
  const scale = 1 / (high - low);
  if (!clip) return [['Rescaling', { scale, offset: -low * scale }]];
  return [
    ['Rescaling', { scale: 1, offset: -low }],
    ['ReLU', { max_value: high - low }],
    ['Rescaling', { scale, offset: 0 }],
  ];
}

function layerOfOperation(
  operation: Exclude<Operation, { readonly kind: 'window' }>,
  outputShape: readonly number[],
): Described {
  switch (operation.kind) {
    case 'input':
      return ['InputLayer', { batch_shape: [null, ...outputShape] }];
    case 'conv':
      return [
        'Conv3D',
        {
          filters: operation.channels,
          kernel_size: Array(3).fill(operation.kernel),
          strides: Array(3).fill(operation.stride),
          padding: 'same',
          use_bias: operation.bias,
        },
      ];
    case 'batchNorm':
      return ['BatchNormalization', { axis: -1, momentum: BATCH_NORM_MOMENTUM, epsilon: BATCH_NORM_EPSILON }];
    case 'relu':
      return ['ReLU', {}];
    case 'maxPool':
      return [
        'MaxPooling3D',
        {
          pool_size: Array(3).fill(operation.kernel),
          strides: Array(3).fill(operation.stride),
          padding: operation.padding,
        },
      ];
    case 'averagePool':
      return [
        'AveragePooling3D',
        {
          pool_size: Array(3).fill(operation.kernel),
          strides: Array(3).fill(operation.stride),
          padding: 'valid',
        },
      ];
    case 'add':
      return ['Add', {}];
    case 'concat':
      return ['Concatenate', { axis: -1 }];
    case 'flatten':
      return ['Flatten', {}];
    case 'meanPool':
      return ['GlobalAveragePooling3D', {}];
    case 'dense':
      return ['Dense', { units: operation.units, use_bias: operation.bias }];
    case 'sigmoid':
      return ['Activation', { activation: 'sigmoid' }];
  }
}
