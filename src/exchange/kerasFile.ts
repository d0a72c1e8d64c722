import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { writeFileAtomically } from '../paths.js';
import { callH5, type H5File, loadH5 } from '../store/hdf5/h5.js';
import type { NamedArray } from '../training/step/learner.js';
import { kerasConfig, kerasName } from './kerasConfig.js';
import { type GraphNode, networkGraph } from './networkGraph.js';
import { descriptionOf, type PortableNetwork } from './portableNetwork.js';
import { weightedLayers } from './weightedLayers.js';
import { writeBeside } from './writeBeside.js';
import { zipOf } from './zip.js';

/** Keras 3's own version that this layout is of; any later one reads it. */
const KERAS_VERSION = '3.0.0';
/** How Keras names layers of a class inside a weights file: `conv3d`, `conv3d_1`, ... */
const CLASS_NAMES = { conv: 'conv3d', dense: 'dense', batchNorm: 'batch_normalization' } as const;

/**
 * A Keras 3 model by the file's ending: `.keras` (the model), `.weights.h5` (weights for `load_weights`) or `.h5` (the model in
 * the older format). Throws UsageError for another ending, EnvironmentError.
 */
export async function writeKerasFile(network: PortableNetwork, path: string): Promise<string[]> {
  const nodes = networkGraph(network);
  if (path.endsWith('.keras')) await writeArchive(network, nodes, path);
  else if (path.endsWith('.weights.h5'))
    await writeBeside(path, (beside) => writeWeights(network.weights, nodes, beside));
  else if (path.endsWith('.h5')) await writeBeside(path, (beside) => writeModel(network, nodes, beside));
  else throw new UsageError(`--out: expected a file *.keras, *.h5 or *.weights.h5, received ${path}`);
  return [path];
}

async function writeArchive(
  network: PortableNetwork,
  nodes: readonly GraphNode[],
  path: string,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voxlab-keras-'));
  try {
    const weights = join(folder, 'model.weights.h5');
    await writeWeights(network.weights, nodes, weights);
    const archive = await zipOf({
      'metadata.json': JSON.stringify({ keras_version: KERAS_VERSION, voxlab: descriptionOf(network) }),
      'config.json': JSON.stringify(kerasConfig(network.network.name, nodes)),
      'model.weights.h5': await readFile(weights),
    });
    writeFileAtomically(path, archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keras 3's weights: layers by class and order, arrays by number. */
async function writeWeights(
  weights: ReadonlyMap<string, NamedArray>,
  nodes: readonly GraphNode[],
  path: string,
): Promise<void> {
  await withNewFile(path, (file) => {
    const layers = file.create_group('layers');
    for (const { name, kind, number, variables: names } of weightedLayers(nodes)) {
      const group = layers.create_group(`${CLASS_NAMES[kind]}${number === 0 ? '' : `_${number}`}`);
      const variables = group.create_group('vars');
      variables.create_attribute('name', kerasName(name), [], 'S');
      for (const [index, variable] of names.entries())
        writeArray(variables, String(index), weights.get(`${name}/${variable}`)!);
    }
  });
}

/** The older format: the model's description, and arrays by the names of layers. */
async function writeModel(
  network: PortableNetwork,
  nodes: readonly GraphNode[],
  path: string,
): Promise<void> {
  await withNewFile(path, (file) => {
    file.create_attribute('keras_version', KERAS_VERSION, [], 'S');
    file.create_attribute('backend', 'tensorflow', [], 'S');
    file.create_attribute('model_config', JSON.stringify(kerasConfig(network.network.name, nodes)), [], 'S');
    file.create_attribute('voxlab', JSON.stringify(descriptionOf(network)), [], 'S');
    const root = file.create_group('model_weights');
    const weighted = weightedLayers(nodes);
    const names = weighted.map(({ name }) => kerasName(name));
    root.create_attribute('keras_version', KERAS_VERSION, [], 'S');
    root.create_attribute('backend', 'tensorflow', [], 'S');
    root.create_attribute('layer_names', names, [names.length], 'S');
    for (const { name, variables: own } of weighted) {
      const layer = kerasName(name);
      const group = root.create_group(layer);
      const variables = own.map((variable) => `${layer}/${variable}`);
      group.create_attribute('weight_names', variables, [variables.length], 'S');
      const arrays = group.create_group(layer);
      for (const variable of own) writeArray(arrays, variable, network.weights.get(`${name}/${variable}`)!);
    }
  });
}

type Group = ReturnType<H5File['create_group']>;

function writeArray(group: Group, name: string, { shape, data }: NamedArray): void {
  group.create_dataset({ name, data, shape: [...shape], dtype: '<f' });
}

async function withNewFile(path: string, write: (file: H5File) => void): Promise<void> {
  const { File } = await loadH5();
  callH5(() => {
    const file = new File(path, 'w');
    write(file);
    file.flush();
    if (file.close() < 0) throw new Error('the file could not be closed: not all of it was written');
  });
}
