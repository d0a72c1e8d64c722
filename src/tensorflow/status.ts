import { EngineError } from '../errors.js';
import type { Address, CApi } from './capi.js';
import { capi } from './library.js';

/** TensorFlow's code where memory cannot be had. */
const RESOURCE_EXHAUSTED = 8;

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
  if (code === 0) return;
  const outOfMemory = code === RESOURCE_EXHAUSTED;
  throw new EngineError(operation, firstLineOf(capi().TF_Message(status)), { outOfMemory });
}

/** TensorFlow appends a dump of nodes on further lines. */
function firstLineOf(message: string): string {
  return message.split('\n')[0] ?? message;
}
