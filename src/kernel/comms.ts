import { randomUUID } from 'node:crypto';
import { currentCell, runInCell } from './cellContext.js';
import type { Header, JsonObject } from './protocol.js';
import { type KernelSession, sessionFor } from './session.js';

/** A two-way channel between a cell and the front end (Jupyter's "comm"). Buffers travel as bytes, not as JSON. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  /** Sends a message to the front end. */
  send(data: JsonObject, options?: { metadata?: JsonObject; buffers?: readonly Uint8Array[] }): void;
  /** Closes it on both sides; a second call does nothing. */
  close(data?: JsonObject): void;
  /** Calls `listener` for every message of the front end; what it prints goes to the cell that set it. */
  onMessage(listener: CommListener): void;
  /** Calls `listener` when the front end closes it. */
  onClose(listener: (data: JsonObject) => void): void;
}

/** Called with the data of a message, and what it carries as bytes. */
export type CommListener = (data: JsonObject, buffers: readonly Uint8Array[]) => void;
/** Called when the front end opens a comm of a registered target. */
export type CommOpened = (comm: Comm, data: JsonObject, buffers: readonly Uint8Array[]) => void;

/** The kernel's side: every open comm, and what the front end says of them. */
export interface Comms {
  open(target: string, data: JsonObject, options?: CommOpenOptions): Comm;
  register(target: string, opened: CommOpened): void;
  /** Comm id -> its target, of one target or of all. */
  list(target?: string): Record<string, { target_name: string }>;
  /** `header` is the message's own: what is sent while it is handled answers it. */
  receiveOpen(content: JsonObject, buffers: readonly Uint8Array[], header?: Header): void;
  receiveMessage(content: JsonObject, buffers: readonly Uint8Array[], header?: Header): void;
  receiveClose(content: JsonObject): void;
  /** The message is done with, also where its listener was terminated: such code leaves without its `finally`. */
  endMessage(): void;
}

/** What an opening message carries beside its data: metadata as JSON, buffers as bytes. */
export interface CommOpenOptions {
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}

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
  const parent = (): { parent?: Header } => (answering === undefined ? {} : { parent: answering });

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
