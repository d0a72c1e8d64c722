import { parentPort } from 'node:worker_threads';
import { reasonOf } from './h5.js';
import { createPatchFile, type PatchFileWriter } from './patchFileWriter.js';
import type { WriteAnswer, WriteMessage } from './writePatchFile.js';

/** The thread in which a patch file is written: HDF5 blocks while it writes, and its clock is stopped. */
let writer: PatchFileWriter | undefined;

parentPort!.on('message', async (message: WriteMessage) => {
  let answer: WriteAnswer = null;
  try {
    if (message === null) writer!.close();
    else if (message instanceof Int16Array) writer!.writeRows(message);
    else writer = await createPatchFile(message.path, message.format, message.provenance, message.columns);
  } catch (error) {
    answer = reasonOf(error);
  }
  parentPort!.postMessage(answer);
});
