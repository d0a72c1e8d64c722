import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decimalNumber } from '../decimal.js';
import { InputError } from '../errors.js';
import { JsonPlace } from '../jsonPlace.js';
import { BATCH_NORM_EPSILON } from '../model/layers.js';
import { dtypeName } from '../store/hdf5/datasetDescription.js';
import { checkHeaps } from '../store/hdf5/globalHeap.js';
import { type Attributes, asInput, type H5File, openH5 } from '../store/hdf5/h5Reader.js';
import type { NamedArray } from '../training/step/learner.js';
import { VARIABLES, type WeightedKind } from './weightedLayers.js';
import { zipMember } from './zip.js';

/** A layer with weights as a Keras file has it, in the model's order. */
export interface KerasLayerWeights {
  readonly kind: WeightedKind;
  /** Where it stands in the file. */
  readonly place: string;
  /** By the names of voxlab: kernel, bias, gamma, beta, moving_mean, moving_variance. */
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

/** Classes of Keras 3's weights files, and what they are here. */
const KINDS: Readonly<Record<string, WeightedKind>> = {
  conv3d: 'conv',
  dense: 'dense',
  batch_normalization: 'batchNorm',
};

/**
 * Layers with weights of `*.keras`, `*.weights.h5` or the older `*.h5`. Throws InputError for a file that is none of these, for
 * layers that no network here has, and for another epsilon of batch norm.
 */
export async function readKerasWeights(path: string): Promise<KerasLayerWeights[]> {
  if (!path.endsWith('.keras')) return readHdf5(path, path);
  const [config, weights] = [await zipMember(path, 'config.json'), await zipMember(path, 'model.weights.h5')];
  if (weights === undefined)
    throw new InputError(path, 'expected a model of Keras 3 with model.weights.h5, found no such member');
  if (config !== undefined) requireEpsilon(path, config.toString('utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'voxlab-keras-'));
  try {
    const file = join(folder, 'model.weights.h5');
    await writeFile(file, weights);
    return await readHdf5(file, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `named` is the file that the user gave. */
async function readHdf5(path: string, named: string): Promise<KerasLayerWeights[]> {
  checkHeaps(path);
  const file = await openH5(path, 'weights of Keras', named);
  return asInput(named, 'weights of Keras', () => {
    try {
      const members = file.keys();
      if (members.includes('layers')) return layersByClass(file, named);
      if (members.includes('model_weights') || 'layer_names' in file.attrs) return layersByName(file, named);
      throw new InputError(
        named,
        `expected weights that Keras saved (a group layers or model_weights), found ${members.slice(0, 5).join(', ') || 'nothing'}`,
      );
    } finally {
      file.close();
    }
  });
}

/** Keras 3: `layers/conv3d_1/vars/0`. */
function layersByClass(file: H5File, named: string): KerasLayerWeights[] {
  return namesIn(file, 'layers')
    .map((layer) => ({ layer, vars: namesIn(file, `layers/${layer}/vars`) }))
    .filter(({ layer, vars }) => vars.length > 0 || namesIn(file, `layers/${layer}/layers`).length > 0)
    .map(({ layer, vars }) => {
      const [, name = '', number = '0'] = /^(.*?)(?:_(\d+))?$/.exec(layer)!;
      const kind = KINDS[name];
      if (kind === undefined)
        throw new InputError(
          named,
          `layers/${layer}: expected layers of one model (${Object.keys(KINDS).join(', ')}), found another with weights`,
        );
      const place = `layers/${layer}`;
      const arrays = vars.map((index): [string, NamedArray] => [
        VARIABLES[kind][decimalNumber(index)] ?? index,
        arrayAt(file, `${place}/vars/${index}`, named),
      ]);
      return { kind, place, arrays: new Map(arrays), number: Number(number) };
    })
    .sort((a, b) => a.number - b.number);
}

/** Keras 1 to 3: `model_weights/<layer>/<layer>/kernel:0`, or the same without `model_weights`. */
function layersByName(file: H5File, named: string): KerasLayerWeights[] {
  const config = file.attrs.model_config?.value;
  if (typeof config === 'string') requireEpsilon(named, config);
  const root = file.keys().includes('model_weights') ? 'model_weights' : '';
  return textsOf(file.attrsOf(root === '' ? '/' : root), 'layer_names').flatMap((layer) => {
    const place = root === '' ? layer : `${root}/${layer}`;
    const names = textsOf(file.attrsOf(place), 'weight_names');
    if (names.length === 0) return [];
    const arrays = new Map(
      names.map((name) => [
        name.split('/').at(-1)!.replace(/:\d+$/, ''),
        arrayAt(file, `${place}/${name}`, named),
      ]),
    );
    return [{ kind: kindOf(arrays, place, named), place, arrays }];
  });
}

function kindOf(arrays: ReadonlyMap<string, NamedArray>, place: string, named: string): WeightedKind {
  const rank = arrays.get('kernel')?.shape.length;
  if (rank === 5) return 'conv';
  if (rank === 2) return 'dense';
  if (arrays.has('moving_mean')) return 'batchNorm';
  throw new InputError(
    named,
    `${place}: expected a 3D convolution, a batch norm or a dense layer, found ${[...arrays].map(([name, { shape }]) => `${name} [${shape.join(', ')}]`).join(', ')}`,
  );
}

/** Batch norm divides by another number, then: equal weights would be another network. */
function requireEpsilon(path: string, config: string): void {
  let layers: JsonPlace[];
  try {
    layers = new JsonPlace(path, JSON.parse(config), 'config').at('config').at('layers').list();
  } catch (error) {
    throw new InputError(path, 'expected the description of a functional Keras model', { cause: error });
  }
  for (const layer of layers.filter((each) => each.at('class_name').value === 'BatchNormalization')) {
    const epsilon = layer.at('config').at('epsilon').number();
    if (Math.abs(epsilon - BATCH_NORM_EPSILON) > 1e-9)
      throw new InputError(
        path,
        `${layer.at('config').at('name').text()}: expected batch norm with epsilon ${BATCH_NORM_EPSILON}, received ${epsilon}`,
      );
  }
}

function namesIn(file: H5File, path: string): string[] {
  return file.keysOf(path) ?? [];
}

function textsOf(attrs: Attributes, name: string): string[] {
  const value = attrs[name]?.value;
  return Array.isArray(value) ? value.map(String) : [];
}

function arrayAt(file: H5File, path: string, named: string): NamedArray {
  const dataset = file.get(path);
  if (typeof dataset === 'string' || dataset.shape === null)
    throw new InputError(named, `${path}: expected an array, found none`);
  const { value, shape } = dataset;
  if (!(value instanceof Float32Array || value instanceof Float64Array))
    throw new InputError(
      named,
      `${path}: expected float32 or float64, received ${dtypeName(dataset.metadata)}`,
    );
  return { shape: [...shape], data: Float32Array.from(value) };
}
