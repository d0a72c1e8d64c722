import { parentPort } from 'node:worker_threads';
import { loadH5, reasonOf } from './hdf5/h5.js';
import { createPatchFile } from './patchFileWriter.js';
import type { CreateAnswer, CreateMessage } from './patchThread.js';

/** The thread in which patch files are created: HDF5 blocks while it writes, and its clock is stopped. */
// Before the first message: a thread that was started early is ready when it comes.
const loading = loadH5();
loading.catch(() => {});

parentPort!.on('message', async (message: CreateMessage) => {
  let answer: CreateAnswer = null;
  try {
    await loading;
    await createPatchFile(message.path, message.format, message.provenance, message.columns);
  } catch (error) {
    answer = reasonOf(error);
  }
  parentPort!.postMessage(answer);
});
