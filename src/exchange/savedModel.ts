import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../paths.js';
import { FLOAT32, INT32 } from '../tensorflow/dataTypes.js';
import { bytesField, message, numberField } from '../tensorflow/protobuf.js';
import { descriptionOf, INPUT_NAME, OUTPUT_NAME, type PortableNetwork } from './portableNetwork.js';
import { requireFit } from './requireFit.js';
import {
  type GraphAttribute,
  type GraphConstant,
  type TensorflowNode,
  tensorflowGraph,
} from './tensorflowGraph.js';

/** As TensorFlow's loaders look for them. */
export const SIGNATURE = 'serving_default';
const METHOD = 'tensorflow/serving/predict';
const TAG = 'serve';
/** The version of TensorFlow whose graphs these are, and that of their format; any later one reads them. */
const TENSORFLOW_VERSION = '2.4.0';
export const GRAPH_VERSION = 561;
/** Of the file's. */
const SCHEMA_VERSION = 1;

/**
 * A folder with saved_model.pb: graph, weights as constants, and the signature `serving_default`. Throws EnvironmentError.
 */
export async function writeSavedModel(network: PortableNetwork, folder: string): Promise<string[]> {
  requireFit(network, 'a SavedModel');
  makeFolder(folder);
  const [model, about] = [join(folder, 'saved_model.pb'), join(folder, 'voxlab.json')];
  writeFileAtomically(model, encodeSavedModel(tensorflowGraph(network), network.network.inputSize));
  writeFileAtomically(about, `${JSON.stringify(descriptionOf(network), null, 2)}\n`);
  return [model, about];
}

/** SavedModel{MetaGraphDef{MetaInfoDef, GraphDef, SignatureDef}}: saved_model.proto, meta_graph.proto, graph.proto. */
function encodeSavedModel(nodes: readonly TensorflowNode[], inputSize: readonly number[]): Uint8Array {
  const graph = encodeGraph(nodes);
  const info = message(bytesField(4, TAG), bytesField(5, TENSORFLOW_VERSION));
  const signature = message(
    bytesField(1, mapEntry(INPUT_NAME, tensorInfo(INPUT_NAME, [-1, ...inputSize, 1]))),
    bytesField(2, mapEntry(OUTPUT_NAME, tensorInfo(OUTPUT_NAME, [-1, 1]))),
    bytesField(3, METHOD),
  );
  const meta = message(
    bytesField(1, info),
    bytesField(2, graph),
    bytesField(5, mapEntry(SIGNATURE, signature)),
  );
  return message(numberField(1, SCHEMA_VERSION), bytesField(2, meta));
}

/** GraphDef (graph.proto). */
export function encodeGraph(nodes: readonly TensorflowNode[]): Uint8Array {
  return message(
    ...nodes.map((node) => bytesField(1, encodeNode(node))),
    bytesField(4, numberField(1, GRAPH_VERSION)),
  );
}

function tensorInfo(node: string, shape: readonly number[]): Uint8Array {
  return message(bytesField(1, `${node}:0`), numberField(2, FLOAT32), bytesField(3, encodeShape(shape)));
}

/** NodeDef (node_def.proto). */
function encodeNode({ name, op, inputs, attributes }: TensorflowNode): Uint8Array {
  return message(
    bytesField(1, name),
    bytesField(2, op),
    ...inputs.map((input) => bytesField(3, input)),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, mapEntry(key, encodeAttribute(value)))),
  );
}

/** AttrValue (attr_value.proto). */
function encodeAttribute(attribute: GraphAttribute): Uint8Array {
  if ('text' in attribute) return bytesField(2, attribute.text);
  if ('whole' in attribute) return numberField(3, attribute.whole);
  if ('flag' in attribute) return numberField(5, attribute.flag ? 1 : 0);
  if ('type' in attribute) return numberField(6, attribute.type);
  if ('shape' in attribute) return bytesField(7, encodeShape(attribute.shape));
  if ('constant' in attribute) return bytesField(8, encodeTensor(attribute.constant));
  return bytesField(1, message(...attribute.ints.map((each) => numberField(3, each))));
}

/** TensorProto (tensor.proto). */
function encodeTensor({ shape, data }: GraphConstant): Uint8Array {
  const type = data instanceof Float32Array ? FLOAT32 : INT32;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(numberField(1, type), bytesField(2, encodeShape(shape)), bytesField(4, bytes));
}

/** TensorShapeProto (tensor_shape.proto). */
function encodeShape(shape: readonly number[]): Uint8Array {
  return message(...shape.map((length) => bytesField(2, numberField(1, length))));
}

function mapEntry(key: string, value: Uint8Array): Uint8Array {
  return message(bytesField(1, key), bytesField(2, value));
}
