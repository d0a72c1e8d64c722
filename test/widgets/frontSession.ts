import { createComms } from '../../src/kernel/comms.js';
import type { MimeBundle } from '../../src/kernel/outputs/mimeBundle.js';
import { openSession } from '../../src/kernel/session.js';
import type { Header, JsonObject } from '../../src/kernel/wire/protocol.js';

export interface Published {
  readonly type: string;
  readonly content: JsonObject;
  readonly buffers: readonly Uint8Array[];
  readonly parent: Header | undefined;
}

/** A session without sockets: what widgets publish is kept, and `front` speaks as a page would. */
export function openFrontSession() {
  const published: Published[] = [];
  const comms = createComms((type, content, more = {}) =>
    published.push({ type, content, buffers: more.buffers ?? [], parent: more.parent }),
  );
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  openSession({
    comms,
    publish: (type, content) => published.push({ type, content, buffers: [], parent: undefined }),
    readInput: unused,
    showInPager: unused,
    interruptSignal: () => new AbortController().signal,
  });
  const data = ({ content }: Published): JsonObject => content.data as JsonObject;
  return {
    published,
    comms,
    /** Shows a widget as a cell's result does; returns the bundle and the model's id. */
    show(widget: object): { bundle: MimeBundle; id: string } {
      const bundle = (widget as Record<symbol, () => MimeBundle>)[Symbol.for('Jupyter.display')]!();
      const view = bundle['application/vnd.jupyter.widget-view+json'] as { model_id: string };
      return { bundle, id: view.model_id };
    },
    /** The page changes values. */
    update: (id: string, state: JsonObject) =>
      comms.receiveMessage({ comm_id: id, data: { method: 'update', state, buffer_paths: [] } }, []),
    /** The page sends a message of the widget's own. */
    custom: (id: string, content: JsonObject) =>
      comms.receiveMessage({ comm_id: id, data: { method: 'custom', content } }, []),
    /** State that the kernel sent last, and its last own message. */
    lastState: () =>
      data(published.filter((message) => data(message).state !== undefined).at(-1)!).state as JsonObject,
    lastCustom: () => {
      const message = published.filter((one) => data(one).method === 'custom').at(-1)!;
      return { content: data(message).content as JsonObject, buffers: message.buffers };
    },
  };
}
