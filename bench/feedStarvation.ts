import { rowRequests } from '../src/feed/batches.js';
import { createRandom } from '../src/random.js';
import type { RowIndex } from '../src/store/rowIndex.js';
import { createLearner } from '../src/training/createLearner.js';
import { BATCH, openFeed } from './feed.js';

const READERS = 2;
const STEPS = 12;
/** Times the speed of the traced step on this machine. */
const FACTORS = [1, 5, 10, 20, 50, 100, 200, 400];

/** Our own training steps on rows that the feed reads meanwhile: share of the time in which they wait for a batch. */
export async function trainingStarvation(
  index: RowIndex,
): Promise<{ readonly share: number; readonly patchesPerSecond: number }> {
  const learner = await createLearner({
    network: { inputSize: [32, 32, 32], filters: 64 },
    batchSize: BATCH,
    windowHu: { low: -1000, high: 400 },
    learningRate: 1e-3,
    l2: 1e-4,
    seed: 1,
    threads: 0,
  });
  const feed = openFeed(index, READERS);
  try {
    const labels = Float32Array.from({ length: BATCH }, (_, i) => i % 2);
    let waited = 0;
    let began = performance.now();
    let step = 0;
    for await (const { inputHu, rows, waitMs } of feed.batches(requests(index.rows, STEPS + 2))) {
      // The first two make the program and warm the memory.
      if (step++ === 2) [began, waited] = [performance.now(), 0];
      waited += step > 3 ? waitMs : 0;
      await learner.step({ inputHu, labels, rows });
    }
    const ms = performance.now() - began;
    return { share: waited / ms, patchesPerSecond: (1000 * STEPS * BATCH) / ms };
  } finally {
    await feed.close();
    learner.dispose();
  }
}

/** The same for devices of any speed: a step is a sleep, so the readers have the whole machine, as beside a GPU. */
export async function starvedByModel(
  index: RowIndex,
  patchesPerSecond: number,
): Promise<readonly { readonly demand: number; readonly starved: number }[]> {
  const results: { demand: number; starved: number }[] = [];
  for (const factor of FACTORS) {
    const demand = factor * patchesPerSecond;
    const stepMs = (1000 * BATCH) / demand;
    const feed = openFeed(index, READERS);
    const steps = Math.min(400, Math.max(12, Math.ceil(1500 / stepMs)));
    let [began, waited, step] = [0, 0, 0];
    for await (const { waitMs } of feed.batches(requests(index.rows, steps + 1))) {
      if (step++ === 0) began = performance.now();
      else waited += waitMs;
      await pause(stepMs);
    }
    results.push({ demand, starved: waited / (performance.now() - began) });
    await feed.close();
  }
  return results;
}

/** Timers count whole milliseconds: the rest is waited for by looking at the clock, without keeping the readers from answering. */
async function pause(ms: number): Promise<void> {
  const end = performance.now() + ms;
  if (ms > 2) await new Promise((done) => setTimeout(done, Math.floor(ms - 1)));
  while (performance.now() < end) await new Promise((done) => setImmediate(done));
}

function requests(rows: number, batches: number) {
  const random = createRandom('starvation');
  return rowRequests(
    Uint32Array.from({ length: batches * BATCH }, () => random.integer(rows)),
    BATCH,
  );
}
