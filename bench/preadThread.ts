import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** Reads rows of a file one after the other into one place: what the disk and the system give, without anything around it. */
export interface PreadWork {
  readonly file: string;
  readonly offset: number;
  readonly rowBytes: number;
  readonly rows: Uint32Array;
  readonly into: SharedArrayBuffer;
}

const { file, offset, rowBytes, rows, into } = workerData as PreadWork;
parentPort!.on('message', () => {
  const fd = openSync(file, 'r');
  // As far apart as the ring's slots: memory that is written again and again would stay in the processor's cache.
  const places = Math.floor(into.byteLength / rowBytes);
  for (const [i, row] of rows.entries())
    readSync(
      fd,
      new Uint8Array(into, (i % places) * rowBytes, rowBytes),
      0,
      rowBytes,
      offset + row * rowBytes,
    );
  closeSync(fd);
  parentPort!.postMessage(null);
});
parentPort!.postMessage(null);
