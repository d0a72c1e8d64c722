import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EnvironmentError } from '../errors.js';
import { makeFolder } from '../paths.js';
import type { PatchColumns, PatchFormat, PatchProvenance } from './patchFileContract.js';

/** First message to the writer's thread. */
export interface WriteStart {
  readonly path: string;
  readonly format: PatchFormat;
  readonly provenance: PatchProvenance;
  readonly columns: PatchColumns;
}

/** Further messages: rows, then null for the end. Each is answered by `null`, or by the text of what failed. */
export type WriteMessage = WriteStart | Int16Array | null;
export type WriteAnswer = string | null;

/**
 * Writes a patch file beside, then renames it. `voxelBlocks` yields the voxels (HU, z, y, x) of consecutive rows, a whole
 * number of rows a block; one block is held at a time, so that memory stays flat.
 * Throws RangeError for columns or blocks that do not fit, EnvironmentError when the file cannot be written.
 */
export async function writePatchFile(
  path: string,
  format: PatchFormat,
  provenance: PatchProvenance,
  columns: PatchColumns,
  voxelBlocks: Iterable<Int16Array> | AsyncIterable<Int16Array>,
): Promise<void> {
  const rows = checkedRows(columns);
  const voxels = format.dim * format.dim * format.slices;
  const beside = `${path}.partial`;
  makeFolder(dirname(path));
  const thread = openThread(path);
  try {
    await thread.send({ path: beside, format, provenance, columns });
    let written = 0;
    for await (const block of voxelBlocks) {
      if (block.length % voxels !== 0)
        throw new RangeError(
          `Expected blocks of whole rows of ${voxels} voxels, received ${block.length} voxels`,
        );
      written += block.length / voxels;
      if (written > rows) throw new RangeError(`Expected ${rows} rows of voxels, received more`);
      await thread.send(block);
    }
    if (written !== rows) throw new RangeError(`Expected ${rows} rows of voxels, received ${written}`);
    await thread.send(null);
    flushToDisk(beside);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    await thread.end();
  }
}

interface Thread {
  send(message: WriteMessage): Promise<void>;
  end(): Promise<unknown>;
}

function openThread(path: string): Thread {
  // stdout and stderr are held back: the library prints there what its answer says anyway. They are not read, which would
  // keep the process alive. No flags of this process: `node -e` has some that a thread refuses.
  const worker = new Worker(new URL('./patchFileThread.js', import.meta.url), {
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  return {
    send: (message) =>
      new Promise((done, failed) => {
        const settle = (answer: WriteAnswer | Error): void => {
          worker.off('message', settle).off('error', settle);
          if (answer === null) done();
          else failed(cannotWrite(path, answer instanceof Error ? answer.message : answer));
        };
        worker.on('message', settle).on('error', settle);
        worker.postMessage(message);
      }),
    end: () => worker.terminate(),
  };
}

function cannotWrite(path: string, reason: string): EnvironmentError {
  return new EnvironmentError(
    `${path} cannot be written (${reason}): make room on the disk or choose another folder; nothing was left under this name`,
  );
}

function checkedRows({ classes, ...others }: PatchColumns): number {
  const rows = classes.length;
  for (const [name, values] of Object.entries(others))
    if (values.length !== rows)
      throw new RangeError(`Expected ${rows} values of ${name}, as of classes, received ${values.length}`);
  return rows;
}

/** A name that appears by rename must not outlive its bytes in a power cut. */
function flushToDisk(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
