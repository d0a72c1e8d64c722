import { existsSync } from 'node:fs';
import { awaitReadable } from '../awaitReadable.js';
import type { NetworkName } from '../config/networkNames.js';
import { InputError, UsageError } from '../errors.js';
import { type Network, wordsOf } from '../model/network.js';
import { networkOf } from '../model/zoo/networks.js';
import { readSafetensors } from '../training/run/safetensors.js';
import type { NamedArray } from '../training/step/learner.js';
import { type KerasLayerWeights, readKerasWeights } from './kerasWeights.js';
import { networkGraph } from './networkGraph.js';
import { outputsLast, torchName } from './torchLayout.js';
import { weightedLayers } from './weightedLayers.js';

/** Arrays of a file, before they are held against a network. */
type ForeignArrays =
  | { readonly kind: 'keras'; readonly layers: readonly KerasLayerWeights[] }
  | { readonly kind: 'torch' | 'voxlab'; readonly arrays: ReadonlyMap<string, NamedArray> };

/** A file that was read, and the network that its arrays are of. */
export interface ReadNetwork {
  readonly network: Network;
  readonly weights: ReadonlyMap<string, NamedArray>;
}

/** The network that a file is expected to have: wholly known, or one of the table whose width the file says. */
export type ExpectedNetwork = Network | { readonly name: NetworkName; readonly channels: number };

/**
 * Weights of a network from Keras (`*.keras`, `*.h5`), PyTorch's names in safetensors, or a checkpoint's own
 * weights.safetensors, in the checkpoint's names and layout.
 * Throws UsageError for another ending, InputError that names the first array that differs, with both shapes.
 */
export async function readNetwork(path: string, expected: ExpectedNetwork): Promise<ReadNetwork> {
  await awaitReadable(path);
  const foreign = await readArrays(path);
  const network =
    'pieces' in expected
      ? expected
      : networkOf({ ...expected, inputSize: [32, 32, 32], filters: filtersOf(foreign, path, expected) });
  const weights = foreign.kind === 'keras' ? fromKeras(foreign.layers, network) : fromNamed(foreign, network);
  requireNetwork(path, weights, network);
  return { network, weights: new Map([...weights].map(([name, { array }]) => [name, array!])) };
}

/** Throws InputError for a file that is not there, UsageError for another ending: before any other work. */
export function requireWeightsFile(path: string): void {
  if (!existsSync(path)) throw new InputError(path, 'expected a file of weights, found nothing');
  if (!KERAS.test(path) && !path.endsWith('.safetensors'))
    throw new UsageError(`expected a file *.keras, *.h5 or *.safetensors, received ${path}`);
}

const KERAS = /\.(keras|h5|hdf5)$/;

async function readArrays(path: string): Promise<ForeignArrays> {
  requireWeightsFile(path);
  if (KERAS.test(path)) return { kind: 'keras', layers: await readKerasWeights(path) };
  const arrays = await readSafetensors(path, undefined, isCount);
  return { kind: [...arrays.keys()].some((name) => name.includes('/')) ? 'voxlab' : 'torch', arrays };
}

/** Of PyTorch's batch norm: how many batches its averages have seen, as int64. */
function isCount(name: string): boolean {
  return name.endsWith('.num_batches_tracked');
}

/** Channels of the first stage, as the first convolution says. */
function filtersOf(
  foreign: ForeignArrays,
  path: string,
  expected: Exclude<ExpectedNetwork, Network>,
): number {
  const { name: first } = networkOf({ ...expected, inputSize: [32, 32, 32], filters: 2 }).parameters[0]!;
  const shape =
    foreign.kind === 'keras'
      ? foreign.layers.find(({ kind }) => kind === 'conv')?.arrays.get('kernel')?.shape
      : inOurLayout(foreign, foreign.arrays.get(nameIn(foreign, first)))?.shape;
  const filters = shape?.at(-1);
  if (filters === undefined)
    throw new InputError(path, `expected the first convolution of ${expected.name} (${first}), found none`);
  return filters;
}

/** What a file has for a parameter, and where. */
interface Found {
  readonly place: string;
  readonly array: NamedArray | undefined;
}

/**
 * The layers of each kind stand in the order of the computation, whatever their names; convolutions of 1^3 (of the default network
 * the shortcuts alone) may stand before or after the larger ones beside them.
 */
function fromKeras(layers: readonly KerasLayerWeights[], network: Network): Map<string, Found> {
  const found = new Map<string, Found>();
  const queues = new Map<string, KerasLayerWeights[]>();
  for (const layer of layers) {
    const queue = `${layer.kind} ${layer.kind === 'conv' && layer.arrays.get('kernel')?.shape[0] === 1}`;
    queues.set(queue, [...(queues.get(queue) ?? []), layer]);
  }
  const kernels = new Map(network.parameters.map(({ name, shape }) => [name, shape]));
  const windows = { windowHu: { low: 0, high: 1 }, moreWindows: [] };
  for (const { name, kind, variables } of weightedLayers(networkGraph({ network, ...windows }))) {
    const isSmall = kind === 'conv' && kernels.get(`${name}/kernel`)![0] === 1;
    const layer = queues.get(`${kind} ${isSmall}`)?.shift();
    for (const variable of variables)
      found.set(`${name}/${variable}`, {
        place: layer === undefined ? `no further ${LAYER_WORDS[kind]}` : layer.place,
        array: layer?.arrays.get(variable),
      });
    for (const [variable, array] of layer?.arrays ?? [])
      if (!found.has(`${name}/${variable}`)) found.set(`${name}/${variable}`, { place: layer!.place, array });
  }
  for (const layer of [...queues.values()].flat())
    for (const [variable, array] of layer.arrays)
      found.set(`${layer.place}/${variable}`, { place: layer.place, array });
  return found;
}

const LAYER_WORDS = { conv: '3D convolution', dense: 'dense layer', batchNorm: 'batch norm' } as const;

function fromNamed(
  foreign: ForeignArrays & { readonly kind: 'torch' | 'voxlab' },
  network: Network,
): Map<string, Found> {
  const rest = new Map(foreign.arrays);
  const found = new Map<string, Found>();
  for (const { name } of network.parameters) {
    const place = nameIn(foreign, name);
    found.set(name, { place, array: inOurLayout(foreign, rest.get(place)) });
    rest.delete(place);
  }
  for (const [name, array] of rest) found.set(name, { place: name, array });
  return found;
}

function nameIn({ kind }: ForeignArrays, name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return kind === 'torch' ? torchName({ name, kind: last as Parameters<typeof torchName>[0]['kind'] }) : name;
}

function inOurLayout({ kind }: ForeignArrays, array: NamedArray | undefined): NamedArray | undefined {
  return kind === 'torch' && array !== undefined && array.shape.length >= 2 ? outputsLast(array) : array;
}

function requireNetwork(path: string, found: ReadonlyMap<string, Found>, network: Network): void {
  const wanted = new Map(network.parameters.map(({ name, shape }) => [name, shape.join(', ')]));
  const differences = [...found].flatMap(([name, { place, array }]) => {
    const [has, wants] = [array?.shape.join(', '), wanted.get(name)];
    if (has === wants) return [];
    const received = has === undefined ? 'none' : `[${has}]`;
    return [
      `${name}: expected ${wants === undefined ? 'no such array' : `[${wants}]`}, received ${received} (${place})`,
    ];
  });
  if (differences.length === 0) return;
  const more = differences.length === 1 ? '' : `; ${differences.length - 1} others differ, too`;
  throw new InputError(path, `expected the weights of ${wordsOf(network)}: ${differences[0]}${more}`);
}
