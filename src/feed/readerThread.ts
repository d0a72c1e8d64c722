import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { InputError, messageOf } from '../errors.js';
import { createRandom } from '../random.js';
import { openRows } from '../store/hdf5/openRows.js';
import type { RowReader } from '../store/hdf5/rowIndex.js';
import { voxelsPerPatch } from '../store/patchFileContract.js';
import { augmentPatch } from './augment/augmentPatch.js';
import { copyMiddle, shapeOfCrop } from './centralCrop.js';
import type { ReaderAnswer, ReaderFailure, ReaderStart } from './readerThreads.js';
import { count, finishPart, type RingPart, takePart } from './sharedRing.js';

/*
 * A reader thread: takes parts of batches out of the shared ring until it is told to stop, reads their rows straight into
 * their places, and changes them as the batch's place in the order says. Its JavaScript has no other work, so it reads synchronously.
 */
const { access, ring, reader, patch, crop, augment } = workerData as ReaderStart;
const { batchRows, voxelsPerRow } = ring.size;
const handedOn = shapeOfCrop(patch, crop);
/** A stored patch of which only the middle is handed on. */
const whole = voxelsPerPatch(patch) === voxelsPerRow ? undefined : new Int16Array(voxelsPerPatch(patch));
try {
  const rows = await openRows(access);
  readParts(rows);
  rows.close();
} catch (error) {
  say({ failure: failureOf(error) });
}

function readParts(rows: RowReader): void {
  let idleSince = performance.now();
  for (let part = takePart(ring); part !== undefined; part = takePart(ring)) {
    const began = performance.now();
    try {
      fill(rows, part);
    } catch (error) {
      say({ slot: part.slot, failure: failureOf(error) });
      return;
    }
    if (finishPart(ring, part)) say({ fullSlot: part.slot });
    const ended = performance.now();
    const read = part.to - part.from;
    count(ring, reader, 'rows', BigInt(read));
    count(ring, reader, 'bytes', BigInt(2 * read * voxelsPerRow));
    count(ring, reader, 'busyNs', nanoseconds(ended - began));
    count(ring, reader, 'idleNs', nanoseconds(began - idleSince));
    idleSince = ended;
  }
}

function fill(rows: RowReader, { slot, from, to, step, first }: RingPart): void {
  for (let place = from; place < to; place++) {
    const at = (slot * batchRows + place) * voxelsPerRow;
    const [into, start] = whole === undefined ? [ring.voxels, at] : [whole, 0];
    rows.readRow(ring.rows[slot * batchRows + place]!, into, start);
    if (first >= 0 && augment !== undefined) {
      const random = createRandom(`${augment.seed}/augment/${step}/${first + place}`);
      augmentPatch(augment.plan, into, start, patch, random);
    }
    if (whole !== undefined) copyMiddle(whole, patch, handedOn, ring.voxels, at);
  }
}

function say(answer: ReaderAnswer): void {
  parentPort!.postMessage(answer);
}

function failureOf(error: unknown): ReaderFailure {
  return error instanceof InputError
    ? { reason: error.reason, file: error.file }
    : { reason: messageOf(error) };
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}
