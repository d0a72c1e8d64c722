import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../errors.js';
import type { SocketsThreadData } from './channel.js';
import { replaceOutputs } from './outputPipes.js';

/** Starts the thread that holds the sockets; the kernel ends with it. */
export function startSocketsThread(data: Omit<SocketsThreadData, 'outputs'>, logDescriptor: number): Worker {
  const workerData: SocketsThreadData = { ...data, outputs: replaceOutputs() };
  const worker = new Worker(new URL('./socketsThread.js', import.meta.url), {
    workerData,
    transferList: [data.inputPort],
  });
  worker.on('error', (error) => {
    writeSync(logDescriptor, `voxlab kernel: ${messageOf(error)}\n`);
    process.kill(process.pid, 'SIGKILL');
  });
  return worker;
}
