import { rowRequests } from '../src/feed/batches.js';
import { type Chart, chart } from '../src/figures/charts/chart.js';
import { createRandom } from '../src/random.js';
import type { RowIndex } from '../src/store/hdf5/rowIndex.js';
import { createLearner } from '../src/training/step/createLearner.js';
import { BATCH, openFeed } from './feed.js';

const READERS = 2;
const STEPS = 12;
/** Times the speed of the traced step on this machine. */
const FACTORS = [1, 10, 50, 200, 1000, 2000, 4000, 8000];

export interface Starvation {
  readonly notes: readonly string[];
  readonly figure: Chart;
}

/**
 * Share of a device's time that is spent waiting: measured with the traced step, then with devices of any speed. The others'
 * curves follow from their rates: one that reads between the steps waits for all of it, one that reads ahead for what it lacks.
 */
export async function starvation(
  index: RowIndex,
  { sequential, ahead }: { readonly sequential: Rated; readonly ahead?: Rated },
): Promise<Starvation> {
  const { share, patchesPerSecond } = await trainingStarvation(index);
  const measured = await starvedByModel(index, patchesPerSecond);
  const x = measured.map(({ demand }) => Math.log10(demand));
  const percent = (shareOf: (demand: number) => number): number[] =>
    measured.map(({ demand }) => 100 * shareOf(demand));
  const waitsBetween = (demand: number): number => demand / (demand + sequential.rate);
  const lacks = (demand: number): number => (ahead === undefined ? 0 : Math.max(0, 1 - ahead.rate / demand));
  const figure = chart({
    title: "Share of a device's time that is spent waiting for patches",
    x: { title: 'patches/s of the device, were they always there (power of ten)' },
    y: { title: 'starved (%)', range: [0, 100] },
    traces: [
      { name: 'voxlab, measured', x, y: measured.map(({ starved }) => 100 * starved), markers: true },
      { name: `${sequential.name}, by its rate`, x, y: percent(waitsBetween), dash: 'dash' },
      ...(ahead === undefined
        ? []
        : [{ name: `${ahead.name}, by its rate`, x, y: percent(lacks), dash: 'dot' as const }]),
    ],
  });
  const fast = 50 * patchesPerSecond;
  return {
    figure,
    notes: [
      `the traced step on all devices (batch ${BATCH}, ${patchesPerSecond.toFixed(0)} patches/s): starved ${(100 * share).toFixed(2)} % of its time (to stay below: 1 %); ${sequential.name}: ${(100 * waitsBetween(patchesPerSecond)).toFixed(1)} % by its rate, ${(100 * waitsBetween(fast)).toFixed(0)} % of a device 50 times as fast`,
      `a device that is faster: ${measured.map(({ demand, starved }) => `${demand.toFixed(0)} patches/s ${(100 * starved).toFixed(1)} %`).join(', ')} (sleeps stand for steps)`,
    ],
  };
}

/** Another way of reading, in rows/s. */
interface Rated {
  readonly name: string;
  readonly rate: number;
}

/** Our own training steps on rows that the feed reads meanwhile: share of the time in which they wait for a batch. */
async function trainingStarvation(
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
async function starvedByModel(
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
