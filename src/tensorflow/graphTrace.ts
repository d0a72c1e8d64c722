import { EngineError } from '../errors.js';
import { type Attribute, setAttribute } from './attributes.js';
import type { Address, GraphOutput } from './capi.js';
import type { TensorData } from './dataTypes.js';
import { capi } from './library.js';
import { withStatus } from './status.js';
import { dimensions, type TensorSpec, withTensor } from './tensors.js';

/** A tensor of a graph under construction: known by shape and type, without data. */
export interface TracedTensor extends TensorSpec {
  readonly output: GraphOutput;
}

/** Operations that take a list among their inputs: how many single inputs stand before and after it. */
const LIST_INPUTS: Readonly<Record<string, { readonly before: number; readonly after: number }>> = {
  AddN: { before: 0, after: 0 },
  Pack: { before: 0, after: 0 },
  Concat: { before: 1, after: 0 },
  ConcatV2: { before: 0, after: 1 },
  Assert: { before: 1, after: 0 },
  Einsum: { before: 0, after: 0 },
};

/** Outputs whose shape only the device's library knows, for the gradient operation to take: shown as scalars. */
const OPAQUE_OUTPUTS: Readonly<Record<string, number>> = { FusedBatchNormV3: 5 };

/** TF_AddInputList sets these itself. */
const ATTRIBUTES_OF_LISTS: Readonly<Record<string, readonly string[]>> = { Assert: ['T'] };

/** Builds a TF_Graph node by node, in place of running operations. Free with `dispose`. */
export class GraphTrace {
  /** Device of the nodes that follow; undefined leaves the choice to TensorFlow. */
  device: string | undefined;
  readonly #graph: Address;
  readonly #sideEffects: Address[] = [];
  readonly #waitFor: Address[] = [];
  #nodeCount = 0;

  constructor(device?: string) {
    this.device = device;
    this.#graph = capi().TF_NewGraph();
  }

  get nodeCount(): number {
    return this.#nodeCount;
  }

  /** An argument of the function. */
  placeholder({ shape, dtype }: TensorSpec): TracedTensor {
    const output = this.#finish('Placeholder', (node) => {
      capi().TF_SetAttrType(node, 'dtype', dtype);
      capi().TF_SetAttrShape(node, 'shape', dimensions(shape), shape.length);
    });
    return { output, shape, dtype };
  }

  /** A value that becomes part of the function. */
  constant({ shape, dtype }: TensorSpec, data: TensorData): TracedTensor {
    const output = withTensor({ shape, dtype }, data, (tensor) => this.#constantNode(dtype, tensor));
    return { output, shape, dtype };
  }

  /** As `constant`, from a TF_Tensor. */
  constantTensor(spec: TensorSpec, tensor: Address): TracedTensor {
    return { output: this.#constantNode(spec.dtype, tensor), ...spec };
  }

  /**
   * Adds one operation. A node without outputs is a side effect (assignment, assertion): the function's results wait for it.
   * `shapes` are given where TensorFlow cannot infer them (reading a variable).
   */
  operation(
    type: string,
    attributes: readonly Attribute[],
    inputs: readonly GraphOutput[],
    outputCount: number,
    shapes?: readonly (readonly number[])[],
  ): TracedTensor[] {
    const { oper } = this.#finish(type, (node) => {
      addInputs(type, node, inputs);
      for (const attribute of attributes)
        if (!isSetByList(type, attribute.name)) setAttribute('TF_SetAttr', node, attribute);
    });
    if (outputCount === 0) this.#sideEffects.push(oper);
    return Array.from({ length: outputCount }, (_, index) =>
      this.#describe(type, { oper, index }, shapes?.[index]),
    );
  }

  /** The nodes that `build` adds run only after every side effect so far. */
  afterSideEffects<T>(build: () => T): T {
    this.#waitFor.push(...this.#sideEffects);
    try {
      return build();
    } finally {
      this.#waitFor.length = 0;
    }
  }

  /** Ends the trace: results wait for all side effects. The caller frees the function. */
  toFunction(name: string, inputs: readonly TracedTensor[], outputs: readonly TracedTensor[]): Address {
    const results = this.afterSideEffects(() =>
      outputs.map(({ output }) => this.#finish('Identity', (node) => capi().TF_AddInput(node, output))),
    );
    return withStatus(`trace of ${name}`, (status, api) =>
      api.TF_GraphToFunction(
        this.#graph,
        name,
        0,
        -1,
        null,
        inputs.length,
        inputs.map(({ output }) => output),
        results.length,
        results,
        null,
        null,
        name,
        status,
      ),
    );
  }

  dispose(): void {
    capi().TF_DeleteGraph(this.#graph);
  }

  #constantNode(dtype: number, tensor: Address): GraphOutput {
    return this.#finish('Const', (node) => {
      capi().TF_SetAttrType(node, 'dtype', dtype);
      withStatus('constant', (status, api) => api.TF_SetAttrTensor(node, 'value', tensor, status));
    });
  }

  #finish(type: string, describe: (node: Address) => void): GraphOutput {
    const api = capi();
    const node = api.TF_NewOperation(this.#graph, type, `${type}_${this.#nodeCount++}`);
    describe(node);
    if (this.device !== undefined && type !== 'Placeholder') api.TF_SetDevice(node, this.device);
    for (const earlier of this.#waitFor) api.TF_AddControlInput(node, earlier);
    const oper = withStatus(type, (status) => api.TF_FinishOperation(node, status));
    return { oper, index: 0 };
  }

  #describe(type: string, output: GraphOutput, wanted?: readonly number[]): TracedTensor {
    const shape = withStatus(`shape of ${type}`, (status, api) => {
      if (wanted !== undefined)
        api.TF_GraphSetTensorShape(this.#graph, output, dimensions(wanted), wanted.length, status);
      const rank = api.TF_GraphGetTensorNumDims(this.#graph, output, status);
      const dims = new BigInt64Array(Math.max(rank, 1)).fill(-1n);
      if (rank > 0) api.TF_GraphGetTensorShape(this.#graph, output, dims, rank, status);
      return rank < 0 ? undefined : Array.from(dims.subarray(0, rank), Number);
    });
    const dtype = capi().TF_OperationOutputType(output);
    if (OPAQUE_OUTPUTS[type] === output.index) return { output, shape: [], dtype };
    if (shape === undefined || shape.some((length) => length < 0))
      throw new EngineError(type, 'expected a shape that is known while tracing; give it to the operation');
    return { output, shape, dtype };
  }
}

function addInputs(type: string, node: Address, inputs: readonly GraphOutput[]): void {
  const api = capi();
  const list = LIST_INPUTS[type];
  if (list === undefined) {
    for (const input of inputs) api.TF_AddInput(node, input);
    return;
  }
  const end = inputs.length - list.after;
  for (const input of inputs.slice(0, list.before)) api.TF_AddInput(node, input);
  const listed = inputs.slice(list.before, end);
  api.TF_AddInputList(node, listed, listed.length);
  for (const input of inputs.slice(end)) api.TF_AddInput(node, input);
}

function isSetByList(type: string, attribute: string): boolean {
  return (
    type in LIST_INPUTS && (attribute === 'N' || (ATTRIBUTES_OF_LISTS[type]?.includes(attribute) ?? false))
  );
}
