import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../paths.js';
import { FLOAT32 } from '../tensorflow/dataTypes.js';
import { VERSION } from '../version.js';
import type { GraphModel } from './graphModel.js';
import { descriptionOf, INPUT_NAME, OUTPUT_NAME, type PortableNetwork } from './portableNetwork.js';
import { GRAPH_VERSION } from './savedModel.js';
import { scorePage } from './scorePage.js';
import { type GraphAttribute, type TensorflowNode, tensorflowGraph } from './tensorflowGraph.js';

/** Of one file of weights: TensorFlow.js' own choice, so that browsers keep them. */
const SHARD_BYTES = 4 * 2 ** 20;

/**
 * A folder with model.json and its weights for `tf.loadGraphModel`, and index.html: a page that scores patches in the browser, with
 * all that it needs inside. Throws EnvironmentError.
 */
export async function writeTfjsModel(network: PortableNetwork, folder: string): Promise<string[]> {
  const graph = graphModel(network);
  const { model, weightSpecs, shards } = graph;
  makeFolder(folder);
  const paths = shards.map((_, index) => `group1-shard${index + 1}of${shards.length}.bin`);
  const files: [string, string | Uint8Array][] = [
    ...shards.map((shard, index): [string, Uint8Array] => [paths[index]!, shard]),
    ['model.json', JSON.stringify({ ...model, weightsManifest: [{ paths, weights: weightSpecs }] })],
    ['index.html', scorePage(network, graph)],
  ];
  for (const [name, content] of files) writeFileAtomically(join(folder, name), content);
  return files.map(([name]) => join(folder, name));
}

function graphModel(network: PortableNetwork): GraphModel {
  const nodes = tensorflowGraph(network);
  const constants = nodes.flatMap(({ name, attributes: { value } }) =>
    value !== undefined && 'constant' in value ? [{ name, ...value.constant }] : [],
  );
  const tensor = (name: string, shape: readonly number[]) => ({
    name: `${name}:0`,
    dtype: 'DT_FLOAT',
    tensorShape: shapeOf(shape),
  });
  return {
    model: {
      format: 'graph-model',
      generatedBy: `voxlab ${VERSION}`,
      convertedBy: null,
      signature: {
        inputs: { [INPUT_NAME]: tensor(INPUT_NAME, [-1, ...network.network.inputSize, 1]) },
        outputs: { [OUTPUT_NAME]: tensor(OUTPUT_NAME, [-1, 1]) },
      },
      userDefinedMetadata: { voxlab: descriptionOf(network) },
      modelTopology: { node: nodes.map(nodeOf), library: {}, versions: { producer: GRAPH_VERSION } },
    },
    weightSpecs: constants.map(({ name, shape, data }) => ({
      name,
      shape,
      dtype: data instanceof Float32Array ? 'float32' : 'int32',
    })),
    shards: shardsOf(
      constants.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ),
  };
}

/** The bytes of all arrays, one after the other, in files of one size. */
function shardsOf(arrays: readonly Uint8Array[]): Uint8Array[] {
  const all = Buffer.concat(arrays);
  return Array.from({ length: Math.ceil(all.length / SHARD_BYTES) }, (_, index) =>
    all.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES),
  );
}

/** NodeDef as JSON has it. */
function nodeOf({ name, op, inputs, attributes }: TensorflowNode): Readonly<Record<string, unknown>> {
  const attr = Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)]),
  );
  return { name, op, ...(inputs.length === 0 ? {} : { input: inputs }), attr };
}

function attributeOf(attribute: GraphAttribute): Readonly<Record<string, unknown>> {
  if ('text' in attribute) return { s: Buffer.from(attribute.text).toString('base64') };
  if ('whole' in attribute) return { i: String(attribute.whole) };
  if ('flag' in attribute) return { b: attribute.flag };
  if ('type' in attribute) return { type: typeName(attribute.type === FLOAT32) };
  if ('shape' in attribute) return { shape: shapeOf(attribute.shape) };
  if ('ints' in attribute) return { list: { i: attribute.ints.map(String) } };
  const { shape, data } = attribute.constant;
  return { tensor: { dtype: typeName(data instanceof Float32Array), tensorShape: shapeOf(shape) } };
}

function typeName(isFloat: boolean): string {
  return isFloat ? 'DT_FLOAT' : 'DT_INT32';
}

function shapeOf(shape: readonly number[]): Readonly<Record<string, unknown>> {
  return { dim: shape.map((length) => ({ size: String(length) })) };
}
