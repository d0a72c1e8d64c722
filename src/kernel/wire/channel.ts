import type { EncodedOutgoing, JsonObject, Message, Outgoing, ParentHeader } from './protocol.js';

/**
 * What travels between the two threads of the kernel. The sockets' thread owns ZeroMQ and stays responsive while a cell
 * blocks the main thread, on which compiler and cells run.
 */
export type Route = 'shell' | 'control';

/** From the sockets' thread to the main thread. */
export type ToMain =
  /** `receivedAtMs` decides which waiting cells a failed cell aborts. */
  | { kind: 'request'; route: Route; message: Message; receivedAtMs: number }
  | { kind: 'interrupt' }
  | { kind: 'exit' };

/** From the main thread to the sockets' thread. */
export type ToSockets =
  | ({ kind: 'publish' } & Outgoing)
  | ({ kind: 'publishEncoded' } & EncodedOutgoing)
  | ({ kind: 'reply'; route: Route } & Outgoing)
  | { kind: 'status'; state: 'busy' | 'idle'; parent: ParentHeader }
  | { kind: 'stream'; name: StreamName; text: string; parent: ParentHeader }
  /** The cell in which output of child processes and native code appears from now on. */
  | { kind: 'cell'; parent: ParentHeader }
  | { kind: 'input'; prompt: string; password: boolean; request: Pick<Message, 'header' | 'identities'> }
  | { kind: 'log'; text: string };

export type StreamName = 'stdout' | 'stderr';

/** Words of the shared memory (Int32) through which the threads see each other even when one of them is blocked. */
export const SHARED_WORDS = 5;
export const INTERRUPT_TAKEN = 0;
/** 1 while the compiler works: to end it midway would leave it unusable. */
export const COMPILING = 1;
export const INPUT = 2;
/** Whether code of a cell runs (userCode.ts). */
export const USER_CODE = 3;
/** 1 while an interrupt waits for a loop of the running cell to take it (loopStop.ts). */
export const STOP_LOOPS = 4;

/** States of the word INPUT. */
export const INPUT_NONE = 0;
export const INPUT_WAITING = 1;
export const INPUT_GIVEN = 2;
export const INPUT_INTERRUPTED = 3;

/** States of the word USER_CODE; the last is set by the sockets' thread before it terminates the code. */
export const NO_USER_CODE = 0;
export const IN_USER_CODE = 1;
export const ENDING_USER_CODE = 2;

/** What the sockets' thread is started with. */
export interface SocketsThreadData {
  readonly connectionFile: string;
  /** The kernel's working directory when it was started. */
  readonly folder: string;
  readonly shared: SharedArrayBuffer;
  /** Receives the text that the user typed. */
  readonly inputPort: import('node:worker_threads').MessagePort;
  /** Read ends of the pipes on file descriptors 1 and 2. */
  readonly outputs: readonly { name: StreamName; descriptor: number }[];
  /** Where messages about the kernel itself go: the terminal or log of the program that started it. */
  readonly logDescriptor: number;
  readonly kernelInfo: JsonObject;
  /** The process that the kernel ends with; undefined for a kernel that was started by hand. */
  readonly starter: number | undefined;
}
