import { type Attribute, setAttribute } from './attributes.js';
import type { Address } from './capi.js';
import type { Context } from './context.js';
import { capi } from './library.js';
import { throwUnlessOk, withStatus } from './status.js';

/** One call of an operation or of a traced function. */
export interface Call {
  readonly name: string;
  readonly attributes?: readonly Attribute[];
  readonly inputs: readonly Address[];
  readonly outputCount: number;
  readonly device?: string | undefined;
}

/** Runs on the JavaScript thread; returns one handle an output, for the caller to free. */
export function execute(context: Context, call: Call): Address[] {
  const op = prepare(context, call);
  try {
    return withStatus(call.name, (status, api) => {
      const results = emptyResults(call);
      const count: [number] = [call.outputCount];
      api.TFE_Execute(op, results, count, status);
      return results.slice(0, count[0]);
    });
  } finally {
    capi().TFE_DeleteOp(op);
  }
}

/**
 * Runs on another thread, so that the event loop goes on. The arrays, the status and the operation live until the callback:
 * TensorFlow reads and writes them meanwhile. The caller keeps the input handles alive as long.
 */
export function executeAsync(context: Context, call: Call): Promise<Address[]> {
  const api = capi();
  const op = prepare(context, call);
  const status = api.TF_NewStatus();
  const results = emptyResults(call);
  const count: [number] = [call.outputCount];
  return new Promise((resolve, reject) => {
    api.TFE_Execute.async(op, results, count, status, (failure) => {
      try {
        if (failure !== null) throw failure;
        throwUnlessOk(call.name, status);
        resolve(results.slice(0, count[0]));
      } catch (error) {
        reject(error);
      } finally {
        api.TF_DeleteStatus(status);
        api.TFE_DeleteOp(op);
      }
    });
  });
}

function prepare(context: Context, { name, attributes = [], inputs, device }: Call): Address {
  const api = capi();
  const op = withStatus(name, (status) => api.TFE_NewOp(context.address, name, status));
  try {
    if (device !== undefined) withStatus(name, (status) => api.TFE_OpSetDevice(op, device, status));
    for (const input of inputs) withStatus(name, (status) => api.TFE_OpAddInput(op, input, status));
    for (const attribute of attributes) setAttribute('TFE_OpSetAttr', op, attribute);
    return op;
  } catch (error) {
    api.TFE_DeleteOp(op);
    throw error;
  }
}

function emptyResults({ outputCount }: Call): Address[] {
  return new Array<Address>(outputCount).fill(0n);
}
