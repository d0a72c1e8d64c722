import type { JsonObject } from '../kernel/wire/protocol.js';

/** State as it travels: bytes are taken out of the JSON and sent beside it, `bufferPaths` says where they belong. */
export interface SplitState {
  readonly state: JsonObject;
  readonly bufferPaths: readonly (readonly string[])[];
  readonly buffers: readonly Uint8Array[];
}

/** Takes the values that are bytes out of a state; only the state's own values, no deeper ones, may be bytes. */
export function splitState(state: JsonObject): SplitState {
  const bytes = Object.entries(state).filter((entry): entry is [string, Uint8Array] => isBytes(entry[1]));
  return {
    state: Object.fromEntries(Object.entries(state).filter(([, value]) => !isBytes(value))),
    bufferPaths: bytes.map(([key]) => [key]),
    buffers: bytes.map(([, value]) => value),
  };
}

/** Puts bytes that came beside a state into it. Paths that lead deeper are of other widgets, and left out. */
export function joinState({ state, bufferPaths, buffers }: SplitState): JsonObject {
  const joined = { ...state };
  for (const [index, path] of bufferPaths.entries())
    if (path.length === 1 && buffers[index] !== undefined) joined[path[0]!] = buffers[index];
  return joined;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
