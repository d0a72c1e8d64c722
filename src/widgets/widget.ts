import { randomUUID } from 'node:crypto';
import { openComm } from '../kernel/comms.js';
import type { Comm } from '../kernel/commTypes.js';
import { DISPLAY_ID, type MimeBundle } from '../kernel/outputs/mimeBundle.js';
import { sessionIfAny } from '../kernel/session.js';
import type { JsonObject } from '../kernel/wire/protocol.js';
import { type FrontEndName, frontEnd } from './frontEnd.js';
import { showOfflineFrontEnd } from './offlineFrontEnd.js';
import { answerStateRequests, forgetWidget, rememberWidget } from './widgetControl.js';
import { closeWithNextRun } from './widgetsOfCell.js';

/** Jupyter's widget messaging (https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md). */
const PROTOCOL = '2.1.0';
const TARGET = 'jupyter.widget';
const VIEW = 'application/vnd.jupyter.widget-view+json';
/** Of anywidget's front end, as pinned in requirements/lab.txt. */
const ANYWIDGET = '~0.11.0';

export interface WidgetSpec {
  readonly frontEnd: FrontEndName;
  /** What front end and kernel share. */
  readonly state: JsonObject;
  /** What holds of the changes that a page asks for: it may be of an older program. */
  readonly accept: (changes: JsonObject) => JsonObject;
  /** The front end changed these values; they are in the state already. */
  readonly onState?: (changed: JsonObject) => void;
  /** A message of the front end's own. */
  readonly onMessage?: (content: JsonObject) => void;
  /** What stands for the widget where no kernel runs: HTML (escaped by its maker) and text. */
  readonly still: () => { readonly html: string; readonly text: string };
  /** Whether that changes after the widget was shown, see `renewStill`. */
  readonly stillChanges?: boolean;
}

/** The kernel's half of a widget; every view in every page shows the same state. */
export interface Widget {
  readonly state: Readonly<JsonObject>;
  /** Changes values here and in every view. */
  set(changes: JsonObject): void;
  /** Sends a message of the kernel's own to every view; bytes travel beside it. */
  send(content: JsonObject, buffers?: readonly Uint8Array[]): void;
  /** Removes the widget from every page. */
  close(): void;
  /** What the notebook shows. The first call opens the widget; outside of a notebook there is only its text. */
  mimeBundle(): MimeBundle;
  /** Of a widget whose still changes: by it the notebook finds the outputs that show the widget. */
  readonly [DISPLAY_ID]?: string;
  /** Puts the still as it is now into the outputs that show the widget: what a saved notebook keeps. A page draws its view anew, so call it rarely. */
  renewStill(): void;
}

/** A widget drawn by anywidget's front end. It costs nothing until it is shown. */
export function createWidget(spec: WidgetSpec): Widget {
  const state = { ...spec.state };
  let comm: Comm | undefined;
  let closed = false;
  const displayId = spec.stillChanges === true ? randomUUID() : undefined;

  const close = (): void => {
    closed = true;
    if (comm !== undefined) forgetWidget(comm.id);
    comm?.close();
    comm = undefined;
  };

  const sendState = (method: 'update' | 'echo_update', changes: JsonObject): void =>
    comm?.send({ method, state: changes, buffer_paths: [] });

  const receive = (data: JsonObject): void => {
    if (data.method === 'request_state') return sendState('update', modelState(spec, state));
    if (data.method === 'custom') {
      const content = (data.content ?? {}) as JsonObject;
      // A view asks whether anybody is here.
      if (content.ping === true) return comm?.send({ method: 'custom', content: { pong: true } });
      return spec.onMessage?.(content);
    }
    if (data.method !== 'update') return;
    const changes = (data.state ?? {}) as JsonObject;
    const known = Object.fromEntries(Object.entries(changes).filter(([key]) => Object.hasOwn(state, key)));
    const accepted = spec.accept(known);
    Object.assign(state, accepted);
    // The echo moves the views of other pages, and tells the sender what holds: its change, or the value as it was.
    sendState('echo_update', Object.fromEntries(Object.keys(known).map((key) => [key, state[key]])));
    if (Object.keys(accepted).length > 0) spec.onState?.(accepted);
  };

  const open = (): Comm => {
    showOfflineFrontEnd();
    const opened = openComm(
      TARGET,
      { state: modelState(spec, state), buffer_paths: [] },
      { metadata: { version: PROTOCOL } },
    );
    opened.onMessage(receive);
    opened.onClose(() => {
      forgetWidget(opened.id);
      if (comm === opened) comm = undefined; // shown again, it opens anew
    });
    rememberWidget(opened.id, () => modelState(spec, state));
    answerStateRequests();
    closeWithNextRun(close);
    return opened;
  };

  const mimeBundle = (): MimeBundle => {
    const { html, text } = spec.still();
    if (closed || sessionIfAny() === undefined) return { 'text/html': html, 'text/plain': text };
    comm ??= open();
    return {
      [VIEW]: { version_major: 2, version_minor: 0, model_id: comm.id },
      'text/html': html,
      'text/plain': text,
    };
  };

  return {
    state,
    ...(displayId && { [DISPLAY_ID]: displayId }),
    set(changes) {
      Object.assign(state, changes);
      sendState('update', changes);
    },
    send: (content, buffers = []) => comm?.send({ method: 'custom', content }, { buffers }),
    close,
    mimeBundle,
    renewStill() {
      if (displayId === undefined || comm === undefined) return; // nobody shows it
      const content = { data: mimeBundle(), metadata: {}, transient: { display_id: displayId } };
      sessionIfAny()?.publish('update_display_data', content);
    },
  };
}

/** The whole state, with what makes the front end load anywidget. */
function modelState({ frontEnd: name }: WidgetSpec, state: JsonObject): JsonObject {
  const { module, style } = frontEnd(name);
  return {
    _model_module: 'anywidget',
    _model_name: 'AnyModel',
    _model_module_version: ANYWIDGET,
    _view_module: 'anywidget',
    _view_name: 'AnyView',
    _view_module_version: ANYWIDGET,
    _view_count: null,
    _anywidget_id: `voxlab.${name}`,
    _esm: module,
    _css: style,
    ...state,
  };
}
