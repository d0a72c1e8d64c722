import { UsageError } from '../errors.js';
import type { Comms } from './commTypes.js';
import type { Header, JsonObject } from './wire/protocol.js';

/** What the notebook's functions (display, comms, input) need of the kernel that runs the cell. */
export interface KernelSession {
  /** Publishes a message in the cell that now runs, or that started the timer that now runs. */
  publish(
    type: string,
    content: JsonObject,
    more?: { metadata?: JsonObject; buffers?: readonly Uint8Array[]; parent?: Header },
  ): void;
  /** Asks the user for a line; blocks until it is given. */
  readInput(prompt: string, password: boolean): string;
  /** Aborted when the user interrupts the cell. */
  interruptSignal(): AbortSignal;
  /** Text for the front end's pager. */
  showInPager(text: string): void;
  readonly comms: Comms;
}

/** One kernel a process; a key of the global symbol table, because a cell may load a second copy of this file. */
const KEY = Symbol.for('voxlab.kernel.session');
type Holder = { [KEY]?: KernelSession };

export function openSession(session: KernelSession): void {
  (globalThis as Holder)[KEY] = session;
}

/** The kernel's session, or nothing outside of a notebook. */
export function sessionIfAny(): KernelSession | undefined {
  return (globalThis as Holder)[KEY];
}

export function sessionFor(caller: string): KernelSession {
  const session = sessionIfAny();
  if (session === undefined)
    throw new UsageError(`${caller} works in a cell of a notebook with the voxlab kernel, and this is none`);
  return session;
}
