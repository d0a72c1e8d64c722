import { EngineError } from '../errors.js';
import type { Address, GraphOutput } from './capi.js';
import { type DeviceLayout, encodeConfig } from './configProto.js';
import { dataTypeName } from './dataTypes.js';
import { inferredShape } from './graphTrace.js';
import { capi } from './library.js';
import { withStatus } from './status.js';
import { resolvedTensor, specOfHandle } from './tensors.js';

/** Models that Python's TensorFlow or Keras saved, each in a session of its own, known by a number as TensorFlow.js asks for them. */
export class SavedModels {
  readonly #layout: DeviceLayout;
  readonly #loaded = new Map<number, LoadedModel>();
  #nextId = 0;

  constructor(layout: DeviceLayout) {
    this.#layout = layout;
  }

  get count(): number {
    return this.#loaded.size;
  }

  /** Loads graph and weights of the meta graph that has the tags. Throws EngineError. */
  load(folder: string, tags: readonly string[]): number {
    const api = capi();
    const options = api.TF_NewSessionOptions();
    const graph = api.TF_NewGraph();
    try {
      const config = encodeConfig(this.#layout);
      withStatus('session options', (status) => api.TF_SetConfig(options, config, config.length, status));
      const session = withStatus(`load saved model ${folder}`, (status) =>
        api.TF_LoadSessionFromSavedModel(options, null, folder, tags, tags.length, graph, null, status),
      );
      this.#loaded.set(this.#nextId, { session, graph });
      return this.#nextId++;
    } catch (error) {
      api.TF_DeleteGraph(graph);
      throw error;
    } finally {
      api.TF_DeleteSessionOptions(options);
    }
  }

  /**
   * Runs the model on the caller's thread. Names are the signature's, `node:output` or `node`; the caller frees the handles.
   * Throws EngineError.
   */
  run(
    id: number,
    inputs: readonly Address[],
    inputNames: readonly string[],
    outputNames: readonly string[],
  ): Address[] {
    const { session, graph } = this.#modelOf(id);
    const feeds = inputNames.map((name) => graphOutput(graph, name));
    const fetches = outputNames.map((name) => graphOutput(graph, name));
    if (inputs.length !== feeds.length)
      throw new EngineError(
        'run saved model',
        `expected ${feeds.length} tensors (${inputNames.join(', ')}), received ${inputs.length}`,
      );
    for (const [index, feed] of feeds.entries()) requireFit(graph, feed, inputNames[index]!, inputs[index]!);
    return withTensors(inputs, (tensors) => {
      const results = new BigUint64Array(fetches.length);
      withStatus('run saved model', (status, api) =>
        api.TF_SessionRun(
          session,
          null,
          feeds,
          BigUint64Array.from(tensors),
          feeds.length,
          fetches,
          results,
          fetches.length,
          null,
          0,
          null,
          status,
        ),
      );
      return Array.from(results, handleOfTensor);
    });
  }

  /** Closes the session and frees its weights. Throws EngineError for a number that is not loaded. */
  delete(id: number): void {
    const { session, graph } = this.#modelOf(id);
    this.#loaded.delete(id);
    withStatus('close saved model', (status, api) => api.TF_CloseSession(session, status));
    withStatus('delete saved model', (status, api) => api.TF_DeleteSession(session, status));
    capi().TF_DeleteGraph(graph);
  }

  #modelOf(id: number): LoadedModel {
    const model = this.#loaded.get(id);
    if (model === undefined)
      throw new EngineError(
        'saved model',
        `expected a loaded model, received number ${id}, which was disposed`,
      );
    return model;
  }
}

/** A SavedModel that is loaded. */
interface LoadedModel {
  readonly session: Address;
  readonly graph: Address;
}

/** `node:1` is a node's second output. */
function graphOutput(graph: Address, name: string): GraphOutput {
  const [, node, index] = /^(.*?)(?::(\d+))?$/.exec(name)!;
  const oper = capi().TF_GraphOperationByName(graph, node!);
  if (!oper) throw new EngineError('saved model', `expected a node of the graph, received the name ${name}`);
  return { oper, index: Number(index ?? 0) };
}

/** TensorFlow's kernels end the process on a tensor of another rank than the model was made for. */
function requireFit(graph: Address, feed: GraphOutput, name: string, handle: Address): void {
  const { shape, dtype } = specOfHandle(handle);
  const wanted = { shape: inferredShape(graph, feed), dtype: capi().TF_OperationOutputType(feed) };
  const fits =
    dtype === wanted.dtype &&
    (wanted.shape === undefined ||
      (wanted.shape.length === shape.length &&
        wanted.shape.every((length, axis) => length < 0 || length === shape[axis])));
  if (fits) return;
  const described = wanted.shape?.map((length) => (length < 0 ? 'any' : length)).join(', ') ?? 'any shape';
  throw new EngineError(
    'run saved model',
    `expected ${dataTypeName(wanted.dtype)} [${described}] for ${name}, received ${dataTypeName(dtype)} [${shape.join(', ')}]`,
  );
}

/** The tensors behind handles, in the computer's own memory, for the length of `use`. */
function withTensors<T>(
  [handle, ...others]: readonly Address[],
  use: (tensors: readonly Address[]) => T,
  before: readonly Address[] = [],
): T {
  if (handle === undefined) return use(before);
  return resolvedTensor(handle, (tensor) => withTensors(others, use, [...before, tensor]));
}

function handleOfTensor(tensor: Address): Address {
  try {
    return withStatus('new tensor', (status, api) => api.TFE_NewTensorHandle(tensor, status));
  } finally {
    capi().TF_DeleteTensor(tensor);
  }
}
