import { once } from 'node:events';
import { resolve } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { SHARED_WORDS, type StreamName, type ToMain, type ToSockets } from './wire/channel.js';
import { kernelInfo } from './wire/kernelInfo.js';
import { startSocketsThread } from './wire/startSockets.js';

/** What Jupyter starts a kernel with. */
export interface KernelOptions {
  readonly connectionFile: string;
  /** Where the kernel's own messages go. */
  readonly logDescriptor: number;
}

/** The sockets' thread, seen from the main thread. */
export interface OpenWire {
  readonly shared: Int32Array;
  readonly inputPort: MessagePort;
  /** Of the process, made before the file descriptors became pipes: Node would let those not block, for child processes too. */
  readonly streams: Record<StreamName, NodeJS.WriteStream>;
  /** When the thread runs: until then whatever else is loaded delays it, by more than it gains. */
  readonly online: Promise<unknown>;
  send(message: ToSockets): void;
  /** Hears what came until now, and what comes. */
  listen(take: (message: ToMain) => void): void;
}

/** Starts the sockets' thread. A file of its own, with little else: whoever loads the rest of the kernel behind it has front ends answered meanwhile. */
export function openWire({ connectionFile, logDescriptor }: KernelOptions): OpenWire {
  const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
  const input = new MessageChannel();
  delete process.env.MALLOC_ARENA_MAX; // of this process, and of none that cells start
  const { stdout, stderr } = process;
  const worker = startSocketsThread(
    {
      connectionFile: resolve(connectionFile),
      folder: process.cwd(),
      logDescriptor,
      shared: shared.buffer as SharedArrayBuffer,
      inputPort: input.port2,
      kernelInfo,
      starter: takeStarter(),
    },
    logDescriptor,
  );
  const early: ToMain[] = [];
  const keep = (message: ToMain): void => {
    early.push(message);
  };
  worker.on('message', keep);
  return {
    ...{ shared, inputPort: input.port1, streams: { stdout, stderr } },
    send: (message) => worker.postMessage(message),
    online: once(worker, 'online'),
    listen(take) {
      worker.off('message', keep);
      for (const message of early) take(message);
      worker.on('message', take);
    },
  };
}

/**
 * Jupyter names itself in JPY_PARENT_PID; where a wrapper lies between, it is the wrapper that counts. Taken out of the
 * environment: what cells start has another parent.
 */
function takeStarter(): number | undefined {
  const named = process.env.JPY_PARENT_PID;
  delete process.env.JPY_PARENT_PID;
  if (named === undefined) return undefined;
  // Process 1 has taken over what lost its parent: that one ends at once.
  return process.ppid === 1 ? Number(named) : process.ppid;
}
