import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { besideOf } from '../leftBehind.js';
import { cannotWrite, makeFolder } from '../paths.js';

/** A file that a library writes: under a name beside it, then renamed, so that the old or the whole new one is there. Throws EnvironmentError. */
export async function writeBeside(path: string, write: (beside: string) => Promise<unknown>): Promise<void> {
  makeFolder(dirname(path));
  const beside = besideOf(path);
  try {
    await write(beside);
    // A name that appears by rename must not outlive its bytes in a power cut.
    const written = await open(beside, 'r+');
    await written.sync().finally(() => written.close());
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}); // what failed first is what counts
    throw cannotWrite(path, error);
  }
}
