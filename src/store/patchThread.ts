import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import type { PatchColumns, PatchFormat, PatchProvenance } from './patchFileContract.js';
import { cannotWrite } from './rowFile.js';

/** Message to the thread that creates files. It is answered by `null`, or by the text of what failed. */
export interface CreateMessage {
  readonly path: string;
  readonly format: PatchFormat;
  readonly provenance: PatchProvenance;
  readonly columns: PatchColumns;
}
export type CreateAnswer = string | null;

/** The thread in which patch files are created, one after the other. */
export interface PatchThread {
  /** The file with all but its rows. `name` is what the user knows it by. Throws EnvironmentError. */
  create(name: string, message: CreateMessage): Promise<void>;
  end(): Promise<void>;
}

/** Loading the HDF5 library takes a fifth of a second: whoever will write a patch file soon may begin now. */
export function startPatchThread(): PatchThread {
  // stdout and stderr are held back: the library prints there what its answer says anyway. They are not read, which would
  // keep the process alive. No flags of this process: `node -e` has some that a thread refuses.
  const worker = new Worker(new URL('./patchFileThread.js', import.meta.url), {
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  let failure: string | undefined;
  worker.on('error', (error) => {
    failure = messageOf(error);
  });
  worker.on('exit', () => {
    failure ??= 'its thread has ended';
  });
  worker.unref();
  const ask = async (name: string, message: CreateMessage): Promise<void> => {
    worker.ref();
    const answer = await new Promise<CreateAnswer>((done) => {
      worker.once('message', done).once('exit', () => done(failure!));
      if (failure !== undefined) done(failure);
      worker.postMessage(message);
    });
    worker.unref();
    if (answer !== null) throw cannotWrite(name, answer);
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    create: (name, message) => {
      const created = last.then(() => ask(name, message));
      last = created.catch(() => {});
      return created;
    },
    end: async () => {
      await worker.terminate();
    },
  };
}
