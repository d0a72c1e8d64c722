import { onCommOpen } from '../kernel/comms.js';
import type { JsonObject } from '../kernel/wire/protocol.js';

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
      if (method === 'request_states') comm.send(statesOf(widgets));
    }),
  );
}

/** All states in one message. */
function statesOf(models: ReadonlyMap<string, () => JsonObject>): JsonObject {
  const states = [...models].map(([id, current]) => {
    const state = current();
    const { _model_name: model_name, _model_module: model_module } = state;
    return [
      id,
      { model_name, model_module, model_module_version: state._model_module_version, state },
    ] as const;
  });
  return { method: 'update_states', states: Object.fromEntries(states), buffer_paths: [] };
}
