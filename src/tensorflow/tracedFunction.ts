import { attribute } from './attributes.js';
import type { TensorReference } from './binding.js';
import { encodeCallConfig } from './configProto.js';
import type { Engine } from './engine.js';
import { execute, executeAsync } from './execute.js';
import { GraphTrace } from './graphTrace.js';
import { capi } from './library.js';
import { withStatus } from './status.js';
import type { TensorSpec } from './tensors.js';
import { tf } from './tf.js';

/** A function of TensorFlow's own, made by tracing; runs as one call. */
export interface TracedFunction {
  readonly name: string;
  readonly nodeCount: number;
  /** Equal for equal graphs. */
  readonly digest: string;
  /** Runs off the JavaScript thread. Inputs are numbers of the binding; the caller frees the results. */
  run(inputIds: readonly number[]): Promise<TensorReference[]>;
  /** Runs on the JavaScript thread. */
  runSync(inputIds: readonly number[]): TensorReference[];
  dispose(): void;
}

const CALL_ATTRIBUTES = [attribute.string('config_proto', encodeCallConfig())];

let traced = 0;

/**
 * Runs `body` once on placeholders, with operations recorded instead of run, and makes a TensorFlow function of the record.
 * TensorFlow.js operations and gradients work in it; reading a tensor's data throws. Tensors from outside become constants.
 * Results lie in the computer's own memory: who reads them need not wait for a GPU, on the JavaScript thread.
 */
export function traceFunction(
  engine: Engine,
  name: string,
  inputs: readonly TensorSpec[],
  body: (inputs: readonly TensorReference[]) => readonly TensorReference[],
): TracedFunction {
  const { binding, context } = engine;
  const uniqueName = `${name}_${traced++}`;
  const trace = new GraphTrace();
  try {
    const { outputCount } = binding.tracing(trace, () => {
      const placeholders = inputs.map((spec) => trace.placeholder(spec));
      // tidy frees the TensorFlow.js side of the trace's tensors; the body hands out references, which it does not know.
      let results: readonly TensorReference[] = [];
      tf.tidy(() => {
        results = body(placeholders.map((placeholder) => binding.addTraced(placeholder)));
      });
      const outputs = results.map(({ id }) => binding.tracedOutput(id));
      addToContext(
        engine,
        uniqueName,
        trace.toFunction(uniqueName, placeholders, outputs, context.hostDevice.name),
      );
      return { outputCount: outputs.length };
    });
    const callOf = (inputIds: readonly number[]) => ({
      name: uniqueName,
      attributes: CALL_ATTRIBUTES,
      inputs: inputIds.map((id) => binding.handleOf(id)),
      outputCount,
      device: context.defaultDevice.name,
    });
    return {
      name,
      nodeCount: trace.nodeCount,
      digest: trace.digest(),
      run: async (inputIds) =>
        (await executeAsync(context, callOf(inputIds))).map((handle) => binding.adopt(handle)),
      runSync: (inputIds) => execute(context, callOf(inputIds)).map((handle) => binding.adopt(handle)),
      dispose: once(() => {
        withStatus(name, (status, api) => api.TFE_ContextRemoveFunction(context.address, uniqueName, status));
        // What was instantiated for it stays in the context's cache otherwise, for as long as the process lives.
        capi().TFE_ContextClearCaches(context.address);
      }),
    };
  } finally {
    trace.dispose();
  }
}

/** The context keeps its own copy of the function. */
function addToContext({ context }: Engine, name: string, fn: bigint): void {
  try {
    withStatus(`trace of ${name}`, (status, api) => api.TFE_ContextAddFunction(context.address, fn, status));
  } finally {
    capi().TF_DeleteFunction(fn);
  }
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
