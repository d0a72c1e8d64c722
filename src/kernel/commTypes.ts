import type { Header, JsonObject } from './wire/protocol.js';

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
