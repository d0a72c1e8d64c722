import { EngineError } from '../errors.js';
import type { Address, CApi } from './capi.js';
import { capi } from './library.js';

/** TensorFlow's code where memory cannot be had. */
const RESOURCE_EXHAUSTED = 8;
/** The same of a GPU under other codes: what a convolution tried in vain, or one of CUDA's libraries said. */
const NO_MEMORY = /RESOURCE_EXHAUSTED|out of memory|_STATUS_ALLOC_FAILED/i;

/**
 * Calls a C function that reports through a TF_Status, and throws EngineError with TensorFlow's message when it failed.
 * `operation` names what was tried, for the message.
 */
export function withStatus<T>(operation: string, call: (status: Address, api: CApi) => T): T {
  const api = capi();
  const status = api.TF_NewStatus();
  try {
    const result = call(status, api);
    throwUnlessOk(operation, status);
    return result;
  } finally {
    api.TF_DeleteStatus(status);
  }
}

/** Throws EngineError when the status holds an error; the status stays the caller's to delete. */
export function throwUnlessOk(operation: string, status: Address): void {
  const code = capi().TF_GetCode(status);
  if (code !== 0) throw failureOf(operation, code, capi().TF_Message(status));
}

/** TensorFlow's code and message as an error. */
export function failureOf(operation: string, code: number, message: string): EngineError {
  const outOfMemory = code === RESOURCE_EXHAUSTED || NO_MEMORY.test(message);
  return new EngineError(operation, reasonOf(message), { outOfMemory });
}

/** TensorFlow appends a dump of nodes on further lines; but a line that ends in a colon has its reason on the next. */
function reasonOf(message: string): string {
  const [first = message, second] = message.split('\n');
  return second !== undefined && first.endsWith(':') ? `${first} ${second.trim()}` : first;
}
