import { bytesField, floatField, message, numberField } from '../tensorflow/protobuf.js';
import type { NamedArray } from '../training/step/learner.js';
import { VERSION } from '../version.js';

/*
 * The messages of onnx.proto that a network needs (https://onnx.ai/onnx/intro/concepts.html), by their field numbers there.
 */

/** Of the standard's operations: of 2021, which every runtime in use knows. */
const OPSET = 17;
const IR_VERSION = 8;

/** Values of TensorProto.DataType. */
const FLOAT = 1;
/** Values of AttributeProto.AttributeType. */
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

export type OnnxAttribute = number | readonly number[] | { readonly float: number };

/** A node: an operation on named tensors. */
export function onnxNode(
  operation: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): Uint8Array {
  return message(
    ...inputs.map((input) => bytesField(1, input)),
    bytesField(2, output),
    bytesField(3, output),
    bytesField(4, operation),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attributeOf(name, value))),
  );
}

/** Whole numbers are ints; `{float}` is a float. */
function attributeOf(name: string, value: OnnxAttribute): Uint8Array {
  const named = bytesField(1, name);
  if (typeof value === 'number') return message(named, numberField(3, value), numberField(20, ATTRIBUTE_INT));
  if ('float' in value) return message(named, floatField(2, value.float), numberField(20, ATTRIBUTE_FLOAT));
  return message(named, ...value.map((each) => numberField(8, each)), numberField(20, ATTRIBUTE_INTS));
}

/** A constant by its name. */
export function onnxTensor(name: string, { shape, data }: NamedArray): Uint8Array {
  return message(
    ...shape.map((length) => numberField(1, length)),
    numberField(2, FLOAT),
    bytesField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}

/** A float32 tensor that goes in or comes out; a text is a length that may vary, by its name. */
export function onnxValue(name: string, shape: readonly (number | string)[]): Uint8Array {
  const dimensions = shape.map((length) =>
    bytesField(1, typeof length === 'number' ? numberField(1, length) : bytesField(2, length)),
  );
  const type = message(numberField(1, FLOAT), bytesField(2, message(...dimensions)));
  return message(bytesField(1, name), bytesField(2, bytesField(1, type)));
}

export interface OnnxModel {
  readonly name: string;
  readonly about: string;
  readonly nodes: readonly Uint8Array[];
  readonly tensors: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** ModelProto. */
export function onnxModel(model: OnnxModel): Uint8Array {
  const graph = message(
    ...model.nodes.map((node) => bytesField(1, node)),
    bytesField(2, model.name),
    ...model.tensors.map((tensor) => bytesField(5, tensor)),
    ...model.inputs.map((value) => bytesField(11, value)),
    ...model.outputs.map((value) => bytesField(12, value)),
  );
  return message(
    numberField(1, IR_VERSION),
    bytesField(2, 'voxlab'),
    bytesField(3, VERSION),
    bytesField(6, model.about),
    bytesField(7, graph),
    bytesField(8, numberField(2, OPSET)),
    ...Object.entries(model.metadata).map(([key, value]) =>
      bytesField(14, message(bytesField(1, key), bytesField(2, value))),
    ),
  );
}
