import { parentPort } from 'node:worker_threads';
import { reasonOf } from './h5.js';
import { createPatchFile } from './patchFileWriter.js';
import type { CreateAnswer, CreateMessage } from './writePatchFile.js';

/** The thread in which a patch file is created: HDF5 blocks while it writes, and its clock is stopped. */
parentPort!.once('message', async (message: CreateMessage) => {
  let answer: CreateAnswer = null;
  try {
    await createPatchFile(message.path, message.format, message.provenance, message.columns);
  } catch (error) {
    answer = reasonOf(error);
  }
  parentPort!.postMessage(answer);
});
