import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { awaitReadable } from '../../awaitReadable.js';
import { InputError } from '../../errors.js';
import { readLimitSeconds } from '../../guardedCall.js';
import { noteHangingCall } from '../../hangingCalls.js';
import { isBreak, type Metadata, reasonOf } from './h5.js';
import type { DatasetProperty, H5Calls } from './h5Calls.js';
import type { H5Answer, H5Question } from './h5Thread.js';

/*
 * Files that others wrote, as the HDF5 library reads them. It runs in a thread of its own, whose answers are waited for at once:
 * a damaged file at which it breaks off, or comes to no end, costs this file alone. The next one is read by another copy of it.
 */

/** A file that is open. Each call throws InputError where the library broke off, or gives no answer in time. */
export interface H5File {
  /** Names in the root group, or in another one; undefined for what is no group. */
  keys(): string[];
  keysOf(path: string): string[] | undefined;
  /** A dataset, through soft links of the same file; for what is none the words that say what it is. */
  get(path: string): Dataset | string;
  /** Attributes of the root group, or of another object. */
  readonly attrs: Attributes;
  attrsOf(path: string): Attributes;
  close(): void;
}

/** By name. The value is read when it is asked for, and throws what the library throws. */
export type Attributes = Readonly<Record<string, { readonly value: unknown }>>;

/** A dataset of an open file; each property is read when it is asked for. */
export interface Dataset {
  readonly path: string;
  /** Null for a dataset without a place for values. */
  readonly shape: number[] | null;
  readonly metadata: Metadata;
  readonly filters: readonly { readonly id: number; readonly name: string; readonly cd_values: number[] }[];
  readonly value: unknown;
  readonly attrs: Attributes;
  /** Values of ranges [from, to) of each axis; [] is the whole axis. */
  slice(ranges: (readonly [number, number] | [])[]): unknown;
  /** The little-endian bytes of rows [from, to). */
  bytes(rows: [number, number]): Uint8Array;
}

/** Opens a file. Throws InputError; `what` is what was to be read, `named` the file that the user gave. */
export async function openH5(path: string, what: string, named = path): Promise<H5File> {
  await awaitReadable(path);
  current ??= H5Library.start();
  const library = await current;
  return asInput(named, what, () => library.open(path, named));
}

let current: Promise<H5Library> | undefined;

/**
 * Runs what asks the library, whose errors have no file in them. Throws InputError: the file, what was read, the library's reason.
 */
export function asInput<T>(path: string, what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(path, `${what}: the HDF5 library cannot read it (${reasonOf(error)})`, {
      cause: error,
    });
  }
}

/** A dataset of the root group, through soft links of the same file. Throws InputError for anything else. */
export function datasetOf(path: string, file: H5File, name: string): Dataset {
  const member = asInput(path, name, () => file.get(name));
  if (typeof member === 'string') throw new InputError(path, `${name}: expected a dataset, found ${member}`);
  return member;
}

/** A thread with the library. */
class H5Library {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** The number of the last question that was answered. */
  readonly #signal: Int32Array;
  #asked = 0;
  #hasEnded = false;

  private constructor(worker: Worker, port: MessagePort, signal: Int32Array) {
    this.#worker = worker;
    this.#port = port;
    this.#signal = signal;
  }

  static async start(): Promise<H5Library> {
    const { port1, port2 } = new MessageChannel();
    const signal = new Int32Array(new SharedArrayBuffer(4));
    // What the library prints, its errors say; no flags of this process, some of which a thread refuses.
    const worker = new Worker(new URL('./h5Thread.js', import.meta.url), {
      ...{ workerData: { port: port2, signal }, transferList: [port2] },
      ...{ execArgv: [], stdout: true, stderr: true },
    });
    try {
      await new Promise<void>((done, fail) => worker.once('message', () => done()).once('error', fail));
    } catch (error) {
      current = undefined;
      throw error;
    }
    // Neither keeps the process alive.
    worker.unref();
    port1.unref();
    const library = new H5Library(worker, port1, signal);
    // Of the thread itself, such as memory that its JavaScript has not.
    worker.on('error', () => library.#end());
    return library;
  }

  open(path: string, named: string): H5File {
    const file = this.#ask<number>(named, 'open', [path]);
    const ask: Ask = (call, ...args) => this.#ask(named, call, [file, ...args]);
    return {
      keys: () => ask('keys', '/') ?? [],
      keysOf: (group) => ask('keys', group),
      get: (member) => {
        const found = ask('member', member);
        return typeof found === 'string' ? datasetAt(found, ask) : found.words;
      },
      get attrs() {
        return attributesOf('/', ask);
      },
      attrsOf: (object) => attributesOf(object, ask),
      close: () => {
        // With its thread it is closed already.
        if (!this.#hasEnded) ask('close');
      },
    };
  }

  #ask<Answer>(path: string, call: keyof H5Calls, args: readonly unknown[]): Answer {
    if (this.#hasEnded)
      throw new InputError(path, 'the HDF5 library broke off at a damaged file; open this file again');
    const id = ++this.#asked;
    this.#port.postMessage({ id, call, args } satisfies H5Question);
    const answer = this.#answerTo(id, path);
    if ('value' in answer) return answer.value as Answer;
    const error = Object.assign(new Error(answer.failure.message), { name: answer.failure.name });
    // Of one that broke off nothing can be trusted.
    if (isBreak(error)) this.#end();
    throw error;
  }

  /** Answers to questions whose asker was interrupted are passed over. */
  #answerTo(id: number, path: string): H5Answer {
    const seconds = readLimitSeconds();
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const last = Atomics.load(this.#signal, 0);
      if (last === id) break;
      if (Atomics.wait(this.#signal, 0, last, end - performance.now()) !== 'timed-out') continue;
      this.#end();
      // It may be a file system that keeps the thread.
      noteHangingCall();
      throw new InputError(
        path,
        `the HDF5 library came to no end within ${seconds} s: the file is damaged, or its disk or server does not answer; copy it again from where it is whole, or give slow archives more time with VOXLAB_READ_LIMIT_S`,
      );
    }
    for (;;) {
      const answer = receiveMessageOnPort(this.#port)!.message as H5Answer;
      if (answer.id === id) return answer;
    }
  }

  #end(): void {
    this.#hasEnded = true;
    current = undefined;
    this.#worker.terminate().catch(() => {});
  }
}

type Rest<Args extends unknown[]> = Args extends [unknown, ...infer Others] ? Others : never;
/** A question about one file. */
type Ask = <Call extends Exclude<keyof H5Calls, 'open'>>(
  call: Call,
  ...args: Rest<Parameters<H5Calls[Call]>>
) => ReturnType<H5Calls[Call]>;

function attributesOf(object: string, ask: Ask): Attributes {
  const names = ask('attributeNames', object);
  const attribute = (name: string) => ({
    get value(): unknown {
      return ask('attribute', object, name);
    },
  });
  return Object.fromEntries(names.map((name) => [name, attribute(name)]));
}

function datasetAt(path: string, ask: Ask): Dataset {
  const known = new Map<DatasetProperty, unknown>();
  const property = <T>(name: DatasetProperty): T => {
    if (!known.has(name)) known.set(name, ask('property', path, name));
    return known.get(name) as T;
  };
  return {
    path,
    get shape() {
      return property<number[] | null>('shape');
    },
    get metadata() {
      return property<Metadata>('metadata');
    },
    get filters() {
      return property<Dataset['filters']>('filters');
    },
    get value() {
      return ask('property', path, 'value');
    },
    get attrs() {
      return attributesOf(path, ask);
    },
    slice: (ranges) => ask('slice', path, ranges),
    bytes: (rows) => ask('bytes', path, rows),
  };
}
