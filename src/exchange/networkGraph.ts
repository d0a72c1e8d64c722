import type { IntensityWindow } from '../config/networkSettings.js';
import { UsageError } from '../errors.js';
import { samePaddingOfAxis } from '../model/axisPadding.js';
import { INPUT, type GraphNode as ModelNode, type NetworkOperation } from '../model/graph.js';
import type { Network } from '../model/network.js';
import { recordedNetwork } from '../model/recordedGraph.js';
import { INPUT_NAME, OUTPUT_NAME, type PortableNetwork } from './portableNetwork.js';

/**
 * What a node of an exported network computes. Maps are depth, height, width, channels; convolutions pad as TensorFlow's SAME
 * (samePadding), and so do pools that say so.
 */
export type Operation =
  | Exclude<NetworkOperation, { readonly kind: 'dropout' }>
  | { readonly kind: 'input' }
  /** Hounsfield units -> (HU - low) / (high - low), clipped to [0, 1] where `clip`. */
  | { readonly kind: 'window'; readonly low: number; readonly high: number; readonly clip: boolean }
  | { readonly kind: 'sigmoid' };

export type GraphNode<O extends Operation = Operation> = ModelNode<O>;

/**
 * The whole network from Hounsfield units to the probability, each node after those that it takes: what every format is written
 * from. Throws UsageError, naming the operation, for a network of one's own that does what the formats have not.
 */
export function networkGraph({
  network,
  windowHu,
  moreWindows,
}: Pick<PortableNetwork, 'network' | 'windowHu' | 'moreWindows'>): GraphNode[] {
  const graph = network.graph ?? graphOf(network);
  const map = (channels: number) => [...network.inputSize, channels];
  const windows = [windowHu, ...moreWindows];
  const nodes: GraphNode[] = [
    { name: INPUT_NAME, operation: { kind: 'input' }, inputs: [], outputShape: map(1) },
    ...windows.map(
      ({ low, high, clip = true }: IntensityWindow, index): GraphNode => ({
        name: windowName(index),
        operation: { kind: 'window', low, high, clip },
        inputs: [INPUT_NAME],
        outputShape: map(1),
      }),
    ),
  ];
  if (windows.length > 1)
    nodes.push({
      name: 'windows',
      operation: { kind: 'concat' },
      inputs: windows.map((_, index) => windowName(index)),
      outputShape: map(windows.length),
    });
  // What a name stands for; dropout, which leaves all in use as it is, for what it takes.
  const standsFor = new Map([[INPUT, nodes.at(-1)!.name]]);
  for (const { name, operation, inputs, outputShape } of graph) {
    const from = inputs.map((input) => standsFor.get(input)!);
    if (operation.kind === 'dropout') {
      standsFor.set(name, from[0]!);
      continue;
    }
    standsFor.set(name, name);
    nodes.push({ name, operation, inputs: from, outputShape });
  }
  nodes.push({
    name: OUTPUT_NAME,
    operation: { kind: 'sigmoid' },
    inputs: [standsFor.get(graph.at(-1)!.name)!],
    outputShape: [1],
  });
  return nodes;
}

function windowName(index: number): string {
  return index === 0 ? 'window' : `window${index + 1}`;
}

function graphOf(network: Network): readonly ModelNode[] {
  const { graph, whyNoGraph } = recordedNetwork(network);
  if (graph !== undefined) return graph;
  throw new UsageError(
    `the network ${JSON.stringify(network.name)} cannot be written in this format: ${whyNoGraph}; expected 3D convolutions, batch norm, ReLU, pools, sums, concatenation, means over the map, dropout and dense layers alone: export it --to safetensors, which has its weights`,
  );
}

/** Voxels before and after each axis, as TensorFlow's SAME pads: the far side has the odd one. */
export function samePadding(
  inputShape: readonly number[],
  kernel: number,
  stride: number,
): { readonly before: number[]; readonly after: number[] } {
  const axes = inputShape.slice(0, 3).map((length) => samePaddingOfAxis(length, kernel, stride));
  return { before: axes.map(([before]) => before), after: axes.map(([, after]) => after) };
}
