import { randomUUID } from 'node:crypto';
import { given } from '../given.js';
import { currentCell, runInCell } from './cells/cellContext.js';
import type { Comm, CommListener, CommOpened, CommOpenOptions, Comms } from './commTypes.js';
import { type KernelSession, sessionFor } from './session.js';
import type { Header, JsonObject } from './wire/protocol.js';

type OpenComm = Comm & { messageListeners: CommListener[]; closeListeners: ((data: JsonObject) => void)[] };

export function createComms(publish: KernelSession['publish']): Comms {
  const open = new Map<string, OpenComm>();
  const targets = new Map<string, CommOpened>();
  /** The front end matches answers (a widget's echo, its state) to the message that it sent. */
  let answering: Header | undefined;
  const answer = (header: Header | undefined, work: () => void): void => {
    answering = header;
    try {
      work();
    } finally {
      answering = undefined;
    }
  };
  const parent = (): { parent?: Header } => given({ parent: answering });

  const create = (id: string, target: string): OpenComm => {
    const comm: OpenComm = {
      id,
      target,
      messageListeners: [],
      closeListeners: [],
      send: (data, options) => publish('comm_msg', { comm_id: id, data }, { ...options, ...parent() }),
      close: (data = {}) => {
        if (open.delete(id)) publish('comm_close', { comm_id: id, data }, parent());
      },
      // What a listener prints goes to the cell that set it, as with timers.
      onMessage(listener) {
        const cell = currentCell();
        comm.messageListeners.push((data, buffers) => runInCell(cell, () => listener(data, buffers)));
      },
      onClose(listener) {
        const cell = currentCell();
        comm.closeListeners.push((data) => runInCell(cell, () => listener(data)));
      },
    };
    open.set(id, comm);
    return comm;
  };

  return {
    open(target, data, options) {
      const comm = create(randomUUID().replaceAll('-', ''), target);
      publish('comm_open', { comm_id: comm.id, target_name: target, data }, options);
      return comm;
    },
    register: (target, opened) => targets.set(target, opened),
    list: (target) =>
      Object.fromEntries(
        [...open.values()]
          .filter((comm) => target === undefined || comm.target === target)
          .map((comm) => [comm.id, { target_name: comm.target }]),
      ),
    receiveOpen(content, buffers, header) {
      const comm = create(String(content.comm_id), String(content.target_name));
      const opened = targets.get(comm.target);
      // Jupyter's rule: a comm that nobody here knows is closed at once.
      answer(header, () => (opened === undefined ? comm.close() : opened(comm, dataOf(content), buffers)));
    },
    receiveMessage(content, buffers, header) {
      answer(header, () => {
        for (const listener of open.get(String(content.comm_id))?.messageListeners ?? [])
          listener(dataOf(content), buffers);
      });
    },
    endMessage() {
      answering = undefined;
    },
    receiveClose(content) {
      const comm = open.get(String(content.comm_id));
      open.delete(String(content.comm_id));
      for (const listener of comm?.closeListeners ?? []) listener(dataOf(content));
    },
  };
}

function dataOf(content: JsonObject): JsonObject {
  return (content.data ?? {}) as JsonObject;
}

/**
 * Opens a comm to the front end: `const comm = openComm('my-target', { value: 1 })`.
 * @example
 * const comm = openComm('my-target', { value: 1 });
 * comm.onMessage((data) => console.log('the front end says', data));
 * comm.send({ value: 2 });
 */
export function openComm(target: string, data: JsonObject = {}, options?: CommOpenOptions): Comm {
  return sessionFor('openComm()').comms.open(target, data, options);
}

/**
 * Calls `opened` whenever the front end opens a comm of this target.
 * @example
 * onCommOpen('my-target', (comm, data) => {
 *   console.log('the front end says', data);
 *   comm.send({ heard: true });
 * });
 */
export function onCommOpen(target: string, opened: CommOpened): void {
  sessionFor('onCommOpen()').comms.register(target, opened);
}
