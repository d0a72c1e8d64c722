import { createHash } from 'node:crypto';
import { EngineError } from '../errors.js';
import { type Attribute, setAttribute } from './attributes.js';
import type { Address, GraphOutput } from './capi.js';
import type { TensorData } from './dataTypes.js';
import { capi } from './library.js';
import { withStatus } from './status.js';
import { dimensions, type TensorSpec, valuesIn, withTensor } from './tensors.js';
import type { WorkItem } from './workItem.js';

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
  CollectiveReduceV2: { before: 4, after: 0 },
};

/** Outputs whose shape only the device's library knows, for the gradient operation to take: shown as scalars. */
const OPAQUE_OUTPUTS: Readonly<Record<string, number>> = { FusedBatchNormV3: 5 };

/** TF_AddInputList sets these itself. */
const ATTRIBUTES_OF_LISTS: Readonly<Record<string, readonly string[]>> = { Assert: ['T'] };

/** Builds a TF_Graph node by node, in place of running operations. Free with `dispose`. */
export class GraphTrace {
  /** Device of the nodes that follow; undefined leaves the choice to TensorFlow. */
  device: string | undefined;
  /** Part of the schedule that the nodes that follow belong to. */
  item: WorkItem | undefined;
  readonly #graph: Address;
  readonly #sideEffects: Address[] = [];
  readonly #digest = createHash('sha256');
  readonly #devices = new Map<Address, string | undefined>();
  #waitFor: readonly Address[] = [];
  #nodeCount = 0;

  constructor(device?: string) {
    this.device = device;
    this.#graph = capi().TF_NewGraph();
  }

  get nodeCount(): number {
    return this.#nodeCount;
  }

  /** The same for equal graphs: types, devices, attributes, shapes and the order of the nodes. For use when the trace has ended. */
  digest(): string {
    return this.#digest.copy().digest('hex');
  }

  /** An argument of the function. */
  placeholder({ shape, dtype }: TensorSpec): TracedTensor {
    const output = this.#finish('Placeholder', (node) => {
      this.#digest.update(`${dtype} ${shape.join()}`);
      capi().TF_SetAttrType(node, 'dtype', dtype);
      capi().TF_SetAttrShape(node, 'shape', dimensions(shape), shape.length);
    });
    return { output, shape, dtype };
  }

  /** A value that becomes part of the function. */
  constant({ shape, dtype }: TensorSpec, data: TensorData): TracedTensor {
    this.#digest.update(`${dtype} ${shape.join()} ${data.length <= 8 ? data.join() : ''}`);
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
      this.#digest.update(JSON.stringify(attributes));
    });
    this.item?.add(
      oper,
      inputs.map((input) => input.oper),
    );
    if (outputCount === 0) this.#sideEffects.push(oper);
    const results = Array.from({ length: outputCount }, (_, index) =>
      this.#describe(type, { oper, index }, shapes?.[index]),
    );
    // A reshaped tensor is the same memory.
    if (this.item !== undefined && type !== 'Reshape')
      for (const { shape } of results) this.item.bytes += 4 * valuesIn(shape);
    return results;
  }

  /** The nodes that `build` adds run only after all these. */
  after<T>(earlier: readonly Address[], build: () => T): T {
    const before = this.#waitFor;
    this.#waitFor = [...before, ...earlier];
    try {
      return build();
    } finally {
      this.#waitFor = before;
    }
  }

  /** A node without inputs that marks a moment; `Timestamp`, which TensorFlow has for CPUs alone, gives it, as seconds. */
  marker(type: 'NoOp' | 'Timestamp', earlier: readonly Address[], device: string | undefined): GraphOutput {
    return this.#markerAfter(type, this.#gathered(earlier, device), device);
  }

  /** Each edge between devices is a transfer of its own: one node of a further device stands for all of it. */
  #gathered(nodes: readonly Address[], device: string | undefined): Address[] {
    const byDevice = new Map<string | undefined, Address[]>();
    for (const node of nodes) {
      const place = this.#devices.get(node);
      byDevice.set(place, [...(byDevice.get(place) ?? []), node]);
    }
    return [...byDevice].flatMap(([place, there]) =>
      place === device || place === undefined || there.length === 1
        ? there
        : [this.#markerAfter('NoOp', there, place).oper],
    );
  }

  #markerAfter(type: string, earlier: readonly Address[], device: string | undefined): GraphOutput {
    const before = this.device;
    this.device = device;
    try {
      return this.after(earlier, () => this.#finish(type, () => {}));
    } finally {
      this.device = before;
    }
  }

  /** A finished node waits for one more. */
  waitFor(node: Address, earlier: Address): void {
    capi().TF_AddOperationControlInput(this.#graph, node, earlier);
  }

  /** The nodes so far without outputs: assignments and assertions. */
  get sideEffects(): readonly Address[] {
    return this.#sideEffects;
  }

  /** Ends the trace: results lie on `device`, and wait for all side effects. The caller frees the function. */
  toFunction(
    name: string,
    inputs: readonly TracedTensor[],
    outputs: readonly TracedTensor[],
    device: string,
  ): Address {
    const done = this.#sideEffects.length === 0 ? [] : [this.marker('NoOp', this.#sideEffects, device).oper];
    this.device = device;
    const results = this.after(done, () =>
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

  /** Gives the graph back; nothing can be added after it. */
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
    // A process' own number in a cluster makes no other program.
    this.#digest.update(`\n${type} ${this.device?.replace(/\/task:\d+/, '') ?? ''} `);
    describe(node);
    if (this.device !== undefined && type !== 'Placeholder') api.TF_SetDevice(node, this.device);
    for (const earlier of this.#waitFor) api.TF_AddControlInput(node, earlier);
    const oper = withStatus(type, (status) => api.TF_FinishOperation(node, status));
    this.#devices.set(oper, this.device);
    return { oper, index: 0 };
  }

  #describe(type: string, output: GraphOutput, wanted?: readonly number[]): TracedTensor {
    if (wanted !== undefined)
      withStatus(`shape of ${type}`, (status, api) =>
        api.TF_GraphSetTensorShape(this.#graph, output, dimensions(wanted), wanted.length, status),
      );
    const shape = inferredShape(this.#graph, output);
    const dtype = capi().TF_OperationOutputType(output);
    if (OPAQUE_OUTPUTS[type] === output.index) return { output, shape: [], dtype };
    if (shape === undefined || shape.some((length) => length < 0))
      throw new EngineError(type, 'expected a shape that is known while tracing; give it to the operation');
    return { output, shape, dtype };
  }
}

/** What a graph knows of an output's shape: -1 for a length that may vary, undefined where not even the rank is known. */
export function inferredShape(graph: Address, output: GraphOutput): number[] | undefined {
  return withStatus('shape of a node', (status, api) => {
    const rank = api.TF_GraphGetTensorNumDims(graph, output, status);
    const dims = new BigInt64Array(Math.max(rank, 1)).fill(-1n);
    if (rank > 0) api.TF_GraphGetTensorShape(graph, output, dims, rank, status);
    return rank < 0 ? undefined : Array.from(dims.subarray(0, rank), Number);
  });
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
