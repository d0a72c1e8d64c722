import { onCommOpen } from '../kernel/comms.js';
import type { JsonObject } from '../kernel/wire/protocol.js';
import { splitState } from './binaryState.js';

/** A page that is loaded again asks here, once for all widgets, what they look like. */
const TARGET = 'jupyter.widget.control';

/** Model id -> its whole state. */
const widgets = new Map<string, () => JsonObject>();

export function rememberWidget(id: string, state: () => JsonObject): void {
  widgets.set(id, state);
}

export function forgetWidget(id: string): void {
  widgets.delete(id);
}

/** Answers `request_states` of every page from now on. */
export function answerStateRequests(): void {
  onCommOpen(TARGET, (comm) =>
    comm.onMessage(({ method }) => {
      if (method !== 'request_states') return;
      const { content, buffers } = statesOf(widgets);
      comm.send(content, { buffers });
    }),
  );
}

/** All states in one message; paths of bytes begin with the model's id. */
export function statesOf(models: ReadonlyMap<string, () => JsonObject>): {
  content: JsonObject;
  buffers: Uint8Array[];
} {
  const buffers: Uint8Array[] = [];
  const bufferPaths: string[][] = [];
  const states = [...models].map(([id, current]) => {
    const split = splitState(current());
    buffers.push(...split.buffers);
    bufferPaths.push(...split.bufferPaths.map((path) => [id, 'state', ...path]));
    const { _model_name: model_name, _model_module: model_module } = split.state;
    const { _model_module_version: model_module_version } = split.state;
    return [id, { model_name, model_module, model_module_version, state: split.state }] as const;
  });
  return {
    content: { method: 'update_states', states: Object.fromEntries(states), buffer_paths: bufferPaths },
    buffers,
  };
}
