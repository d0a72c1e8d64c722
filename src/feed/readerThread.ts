import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { InputError, messageOf } from '../errors.js';
import { createRandom } from '../random.js';
import { openRows } from '../store/openRows.js';
import { applySymmetry, drawSymmetry } from './augment.js';
import type { ReaderAnswer, ReaderFailure, ReaderStart } from './readerThreads.js';
import { count, finishPart, type RingPart, takePart } from './sharedRing.js';

/*
 * A reader thread: takes parts of batches out of the shared ring until it is told to stop, reads their rows straight into
 * their places, and changes them as the batch's place in the order says. Its JavaScript has no other work, so it reads synchronously.
 */
const { access, ring, reader, patch, augmentSeed } = workerData as ReaderStart;
const { batchRows, voxelsPerRow } = ring.size;
const rows = await openRows(access);

let idleSince = performance.now();
for (let part = takePart(ring); part !== undefined; part = takePart(ring)) {
  const began = performance.now();
  try {
    fill(part);
    if (finishPart(ring, part)) say({ slot: part.slot });
  } catch (error) {
    say({ slot: part.slot, failure: failureOf(error) });
  }
  const ended = performance.now();
  const read = part.to - part.from;
  count(ring, reader, 'rows', BigInt(read));
  count(ring, reader, 'bytes', BigInt(2 * read * voxelsPerRow));
  count(ring, reader, 'busyNs', nanoseconds(ended - began));
  count(ring, reader, 'idleNs', nanoseconds(began - idleSince));
  idleSince = ended;
}
rows.close();

function fill({ slot, from, to, step, first }: RingPart): void {
  for (let place = from; place < to; place++) {
    const at = (slot * batchRows + place) * voxelsPerRow;
    rows.readRow(ring.rows[slot * batchRows + place]!, ring.voxels, at);
    if (first >= 0 && augmentSeed !== undefined) {
      const random = createRandom(`${augmentSeed}/augment/${step}/${first + place}`);
      applySymmetry(ring.voxels, at, patch, drawSymmetry(random));
    }
  }
}

function say(answer: ReaderAnswer): void {
  parentPort!.postMessage(answer);
}

function failureOf(error: unknown): ReaderFailure {
  return error instanceof InputError
    ? { message: error.message, file: error.file }
    : { message: messageOf(error) };
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}
