import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.js';
import { freeBytes } from '../../freeMemory.js';
import { callH5, loadH5 } from './h5.js';
import { h5Calls } from './h5Calls.js';

/** The thread in which others' files are read by the HDF5 library: it may be ended in the middle of a call. */
const { port, signal } = workerData as { readonly port: MessagePort; readonly signal: Int32Array };

export interface H5Question {
  readonly id: number;
  readonly call: keyof typeof h5Calls;
  readonly args: readonly unknown[];
}
export type H5Answer = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly failure: { readonly name: string; readonly message: string } }
);

const PAGE_BYTES = 65_536;

/** What no row and no weights need; the library would take up to 2 GiB, as a damaged file asks for. */
const MOST_BYTES = 768 * 2 ** 20;

/** Never more than is free, either. The library's own answer to too little is an error. */
function boundMemory(): void {
  const { prototype } = (
    globalThis as unknown as {
      readonly WebAssembly: {
        readonly Memory: {
          readonly prototype: { readonly buffer: ArrayBuffer; grow(pages: number): number };
        };
      };
    }
  ).WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (pages) {
    const bytes = pages * PAGE_BYTES;
    if (this.buffer.byteLength + bytes > MOST_BYTES || bytes > freeBytes())
      throw new RangeError('no memory is free');
    return grow.call(this, pages);
  };
}

boundMemory();
const { File } = await loadH5();

port.on('message', ({ id, call, args }: H5Question) => {
  let answer: H5Answer;
  try {
    const value = callH5(() =>
      call === 'open'
        ? h5Calls.open(new File(args[0] as string, 'r'))
        : (h5Calls[call] as (...args: unknown[]) => unknown)(...args),
    );
    answer = { id, value };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    answer = { id, failure: { name, message: messageOf(error) } };
  }
  port.postMessage(answer);
  Atomics.store(signal, 0, id);
  Atomics.notify(signal, 0);
});
parentPort!.postMessage('ready');
