import type { IntensityWindow } from '../config/trainingSettings.js';
import { layersOf, type NetworkOptions, residualBlocks, STEM_KERNEL } from '../model/architecture.js';
import { INPUT_NAME, OUTPUT_NAME } from './portableNetwork.js';

/**
 * What a node of the network computes. Maps are depth, height, width, channels; convolutions and pools pad as TensorFlow's
 * SAME (samePadding).
 */
export type Operation =
  | { readonly kind: 'input' }
  /** Hounsfield units -> (HU - low) / (high - low), clipped to [0, 1] where `clip`. */
  | { readonly kind: 'window'; readonly low: number; readonly high: number; readonly clip: boolean }
  | { readonly kind: 'conv'; readonly kernel: number; readonly stride: 1 | 2; readonly channels: number }
  | { readonly kind: 'batchNorm' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'maxPool'; readonly kernel: number; readonly stride: 1 | 2 }
  | { readonly kind: 'add' }
  /** The mean over a map: [n, channels]. */
  | { readonly kind: 'meanPool' }
  /** One unit. */
  | { readonly kind: 'dense' }
  | { readonly kind: 'sigmoid' };

/** A node of the network; that with parameters is called as they are: `s1b1/conv1` has `s1b1/conv1/kernel`. */
export interface GraphNode<O extends Operation = Operation> {
  readonly name: string;
  readonly operation: O;
  /** Names of nodes that stand before it. */
  readonly inputs: readonly string[];
  /** Of one row: depth, height, width, channels; or channels. */
  readonly outputShape: readonly number[];
}

const SHORTCUT_KERNEL = 1;
const BLOCK_KERNEL = 3;
const POOL_KERNEL = 3;

/** The whole network from Hounsfield units to the probability, each node after those that it takes: what every format is written from. */
export function networkGraph(
  network: NetworkOptions,
  { low, high, clip = true }: IntensityWindow,
): GraphNode[] {
  const shapes = new Map(layersOf(network).map(({ name, outputShape }) => [name, outputShape]));
  const nodes: GraphNode[] = [];
  const add = (name: string, operation: Operation, inputs: readonly string[], layer = name): string => {
    const outputShape = shapes.get(layer) ?? [...network.inputSize, 1];
    nodes.push({ name, operation, inputs, outputShape });
    return name;
  };
  const conv = (name: string, kernel: number, stride: 1 | 2, input: string): string =>
    add(name, { kind: 'conv', kernel, stride, channels: shapes.get(name)!.at(-1)! }, [input]);
  const normRelu = (name: string, input: string): string =>
    add(`${name}/relu`, { kind: 'relu' }, [add(name, { kind: 'batchNorm' }, [input])], name);

  let h = add(INPUT_NAME, { kind: 'input' }, []);
  h = add('window', { kind: 'window', low, high, clip }, [h]);
  h = normRelu('stem/bn', conv('stem/conv', STEM_KERNEL, 2, h));
  h = add('stem/pool', { kind: 'maxPool', kernel: POOL_KERNEL, stride: 2 }, [h]);
  for (const { name, stride, preActivated, projects } of residualBlocks(network)) {
    const activated = preActivated ? normRelu(`${name}/bn1`, h) : h;
    const first = conv(`${name}/conv1`, BLOCK_KERNEL, stride, activated);
    const second = conv(`${name}/conv2`, BLOCK_KERNEL, 1, normRelu(`${name}/bn2`, first));
    const shortcut = projects ? conv(`${name}/shortcut`, SHORTCUT_KERNEL, stride, h) : h;
    h = add(`${name}/add`, { kind: 'add' }, [second, shortcut]);
  }
  h = add('head/pool', { kind: 'meanPool' }, [normRelu('head/bn', h)]);
  h = add('head/dense', { kind: 'dense' }, [h]);
  add(OUTPUT_NAME, { kind: 'sigmoid' }, [h], 'head/dense');
  return nodes;
}

/** Voxels before and after each axis, as TensorFlow's SAME pads: the far side has the odd one. */
export function samePadding(
  inputShape: readonly number[],
  kernel: number,
  stride: number,
): { readonly before: number[]; readonly after: number[] } {
  const total = inputShape
    .slice(0, 3)
    .map((n) => Math.max((Math.ceil(n / stride) - 1) * stride + kernel - n, 0));
  const before = total.map((n) => Math.floor(n / 2));
  return { before, after: total.map((n, axis) => n - before[axis]!) };
}
