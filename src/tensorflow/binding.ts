import { EngineError } from '../errors.js';
import { ATTRIBUTE_KINDS, type Attribute } from './attributes.js';
import type { Address } from './capi.js';
import type { Context } from './context.js';
import {
  arrayOf,
  BOOL,
  COMPLEX64,
  dataTypeName,
  FLOAT32,
  INT32,
  INT64,
  RESOURCE,
  STRING,
  type TensorData,
  UINT8,
} from './dataTypes.js';
import { execute } from './execute.js';
import type { GraphTrace, TracedTensor } from './graphTrace.js';
import { capi } from './library.js';
import { SavedModels } from './savedModels.js';
import { downloadStrings, uploadStrings, withStrings } from './stringTensors.js';
import { downloadTensor, resolvedTensor, specOfHandle, type TensorSpec, uploadTensor } from './tensors.js';

/** A tensor as TensorFlow.js' kernels know it: a number that stands for a handle, or for an output of a trace. */
export interface TensorReference {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** An operation that ran at once. */
export interface LoggedOperation {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly inputIds: readonly number[];
  readonly outputs: readonly TensorReference[];
}

/** What a number stands for: a tensor, or one of a graph that is being traced. */
type Entry = { readonly handle: Address } | { readonly traced: TracedTensor };

/**
 * What TensorFlow.js' Node backend expects of its compiled addon, done through the C API: runs each operation at once,
 * or, while a trace is set, adds it to the graph.
 */
export class Binding {
  readonly TF_FLOAT = FLOAT32;
  readonly TF_INT32 = INT32;
  readonly TF_INT64 = INT64;
  readonly TF_BOOL = BOOL;
  readonly TF_COMPLEX64 = COMPLEX64;
  readonly TF_STRING = STRING;
  readonly TF_RESOURCE = RESOURCE;
  readonly TF_UINT8 = UINT8;
  readonly TF_ATTR_STRING = ATTRIBUTE_KINDS.string;
  readonly TF_ATTR_INT = ATTRIBUTE_KINDS.int;
  readonly TF_ATTR_FLOAT = ATTRIBUTE_KINDS.float;
  readonly TF_ATTR_BOOL = ATTRIBUTE_KINDS.bool;
  readonly TF_ATTR_TYPE = ATTRIBUTE_KINDS.type;
  readonly TF_ATTR_SHAPE = ATTRIBUTE_KINDS.shape;
  readonly TF_ATTR_RESOURCE = 6;
  readonly TF_Version: string;

  /** Told of each operation that runs at once, after it ran (model/recordedGraph.ts). */
  onOperation: ((operation: LoggedOperation) => void) | undefined;
  /** Device of the operations that run at once; undefined leaves the choice to TensorFlow. */
  device: string | undefined;
  readonly #context: Context;
  readonly #entries = new Map<number, Entry>();
  readonly #savedModels: SavedModels;
  #trace: GraphTrace | undefined;
  #nextId = 1;

  constructor(context: Context) {
    this.#context = context;
    this.#savedModels = new SavedModels(context.layout);
    this.TF_Version = capi().TF_Version();
  }

  /** Whether operations run on a GPU where nothing else is said. */
  isUsingGpuDevice(): boolean {
    return this.#context.defaultDevice.type === 'GPU';
  }

  /** Live handles and traced tensors. */
  getNumOfTensors(): number {
    return this.#entries.size;
  }

  /** Strings are given as their bytes. */
  createTensor(
    shape: readonly number[],
    dtype: number,
    values: ArrayLike<number | bigint> | readonly Uint8Array[],
  ): number {
    const spec = { shape, dtype };
    if (dtype === STRING) return this.#createStrings(shape, values as readonly Uint8Array[]);
    const data = arrayOf(dtype, values as ArrayLike<number | bigint>);
    return this.#add(
      this.#trace === undefined
        ? { handle: uploadTensor(spec, data) }
        : { traced: this.#trace.constant(spec, data) },
    );
  }

  /** Tensors of a trace stay until the trace ends: tidied intermediate results may still be wanted by it. */
  deleteTensor(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || 'traced' in entry) return;
    capi().TFE_DeleteTensorHandle(entry.handle);
    this.#entries.delete(id);
  }

  /** A copy of its numbers, or the bytes of its strings. */
  tensorDataSync(id: number): TensorData | Uint8Array[] {
    const handle = this.handleOf(id);
    return specOfHandle(handle).dtype === STRING ? downloadStrings(handle) : downloadTensor(handle);
  }

  /** Runs an operation, or adds it to the graph while a trace is set; returns its outputs. */
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputIds: readonly number[],
    outputCount: number,
    shapes?: readonly (readonly number[])[],
  ): TensorReference[] {
    if (this.#trace !== undefined) {
      const inputs = inputIds.map((id) => this.#tracedOf(id).output);
      return this.#trace
        .operation(name, attributes, inputs, outputCount, shapes)
        .map((traced) => this.addTraced(traced));
    }
    const inputs = inputIds.map((id) => this.handleOf(id));
    const outputs = execute(this.#context, {
      ...{ name, attributes, inputs, outputCount, device: this.device },
    }).map((handle) => this.adopt(handle));
    this.onOperation?.({ name, attributes, inputIds, outputs });
    return outputs;
  }

  /** `tags` are separated by commas, as are the names of `runSavedModel`. */
  loadSavedModel(folder: string, tags: string): number {
    return this.#savedModels.load(folder, tags.split(','));
  }

  /** Runs a loaded model from its inputs to its outputs. */
  runSavedModel(
    id: number,
    inputIds: readonly number[],
    inputNames: string,
    outputNames: string,
  ): TensorReference[] {
    const inputs = inputIds.map((input) => this.handleOf(input));
    return this.#savedModels
      .run(id, inputs, inputNames.split(','), outputNames.split(','))
      .map((handle) => this.adopt(handle));
  }

  /** Gives a loaded model's memory back. */
  deleteSavedModel(id: number): void {
    this.#savedModels.delete(id);
  }

  /** How many models are loaded. */
  getNumOfSavedModels(): number {
    return this.#savedModels.count;
  }

  /** Takes over a handle. */
  adopt(handle: Address): TensorReference {
    return reference(this.#add({ handle }), specOfHandle(handle));
  }

  /** A tensor of the present trace, for use as an input of operations. */
  addTraced(traced: TracedTensor): TensorReference {
    return reference(this.#add({ traced }), traced);
  }

  /** Throws EngineError for a tensor of a trace, which has no data. */
  handleOf(id: number): Address {
    const entry = this.#entry(id);
    if ('handle' in entry) return entry.handle;
    throw new EngineError(
      'read tensor',
      `expected a tensor with data, received one of a trace (${dataTypeName(entry.traced.dtype)} [${entry.traced.shape.join(', ')}]); return it from the traced function and read the result`,
    );
  }

  /** Runs `body` with every operation going to the graph; tensors of the trace are gone afterwards. */
  tracing<T>(trace: GraphTrace, body: () => T): T {
    if (this.#trace !== undefined) throw new EngineError('trace', 'expected no trace inside a trace');
    this.#trace = trace;
    try {
      return body();
    } finally {
      this.#trace = undefined;
      for (const [id, entry] of this.#entries) if ('traced' in entry) this.#entries.delete(id);
    }
  }

  /** The graph's output that stands for a tensor; data from outside the trace becomes a constant. */
  tracedOutput(id: number): TracedTensor {
    return this.#tracedOf(id);
  }

  /** The trace in progress. Throws EngineError where there is none. */
  get trace(): GraphTrace {
    if (this.#trace === undefined) throw new EngineError('trace', 'expected a trace in progress');
    return this.#trace;
  }

  get isTracing(): boolean {
    return this.#trace !== undefined;
  }

  #createStrings(shape: readonly number[], texts: readonly Uint8Array[]): number {
    if (this.#trace === undefined) return this.#add({ handle: uploadStrings(this.#context, shape, texts) });
    const trace = this.#trace;
    const constant = (tensor: Address) => trace.constantTensor({ shape, dtype: STRING }, tensor);
    return this.#add({ traced: withStrings(shape, texts, constant) });
  }

  #tracedOf(id: number): TracedTensor {
    const entry = this.#entry(id);
    if ('traced' in entry) return entry.traced;
    return resolvedTensor(entry.handle, (tensor) =>
      this.trace.constantTensor(specOfHandle(entry.handle), tensor),
    );
  }

  #entry(id: number): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined)
      throw new EngineError(
        'tensor',
        `expected a live tensor, received number ${id}, which was freed or belongs to a finished trace`,
      );
    return entry;
  }

  #add(entry: Entry): number {
    const id = this.#nextId++;
    this.#entries.set(id, entry);
    return id;
  }
}

function reference(id: number, { shape, dtype }: TensorSpec): TensorReference {
  return { id, shape: [...shape], dtype };
}
