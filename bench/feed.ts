import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { rowRequests } from '../src/feed/batches.js';
import { RowFeed } from '../src/feed/rowFeed.js';
import { figurePage } from '../src/figures/figurePage.js';
import { inRepository, writeFileAtomically } from '../src/paths.js';
import { createRandom } from '../src/random.js';
import { findContiguous } from '../src/store/hdf5/hdf5Layout.js';
import { openRowIndex } from '../src/store/hdf5/openRowIndex.js';
import type { RowAccess } from '../src/store/hdf5/rowIndex.js';
import { writePatchFile } from '../src/store/writePatchFile.js';
import { openingTimes } from './feedOpening.js';
import { starvation } from './feedStarvation.js';
import { columnsOf, FORMAT, ROW_BYTES, ROWS_PER_BLOCK } from './patchWriting.js';
import { type Peer, startOptionalPeer, startPeer } from './peer.js';
import type { PreadWork } from './preadThread.js';
import { type BenchReport, spread } from './report.js';

const ROWS = 8192;
export const BATCH = 64;
const SLOTS = 4;
const CORES = availableParallelism();
const OURS_2018 = '2018 file (float32, chunks of 8 KiB): voxlab feed';
const LIST_2018 = '2018 file: h5py, list of 64 rows (the 2018 way)';
const LOADER = 'PyTorch DataLoader over h5py, 2 workers';
const ROWS_2018 = '2018 file: h5py, row by row';
/** Rows of a sample: as many as make a fast program run half a second, and a slow one not for minutes. */
const FAST = 65_536;
const MEDIUM = 16_384;
const SLOW = 1024;

interface Sample {
  readonly rate: number;
  readonly cpuShare: number;
  readonly batchMs: readonly number[];
}

interface Program {
  readonly name: string;
  readonly run: (rows: Uint32Array) => Promise<Sample>;
  readonly rows: number;
}

/** Random rows of a patch file: our feed beside h5py, PyTorch's loader and bare reads; warm and cold page cache. */
export async function benchFeed({ repetitions = 5 } = {}): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-bench-feed-'));
  const file = join(folder, 'patches.hdf5');
  const peers: Peer[] = [];
  try {
    await writeFile(file);
    const index = await openRowIndex(file, 'input');
    if ('because' in index) throw new Error(index.because);
    const peer = await startPeer('feedPeer.py', { batch: BATCH, workers: 2 });
    const torch = await startOptionalPeer(
      'feedPeer.py',
      { batch: BATCH, workers: 2, torch: true },
      process.env.VOXLAB_TORCH_PYTHON,
    );
    peers.push(peer, ...(torch === undefined ? [] : [torch]));
    const file2018 = join(folder, 'as-in-2018.hdf5');
    await peer.ask({ way: 'write_as_2018', file, to: file2018 });
    const index2018 = await openRowIndex(file2018, 'input');
    const readers = [...new Set([1, CORES, 2 * CORES])];
    const programs: Program[] = [
      ...readers.map((n) => ours(`voxlab feed, ${n} readers`, index, n)),
      ...readers.map((n) => bare(file, n)),
      ours(OURS_2018, index2018, CORES),
      theirs(peer, LIST_2018, 'list', file2018, SLOW),
      theirs(peer, ROWS_2018, 'row', file2018, SLOW),
      theirs(peer, 'h5py, list of 64 rows, voxlab file', 'list', file, MEDIUM),
      theirs(peer, 'h5py, row by row, voxlab file', 'row', file, MEDIUM),
      ...(torch === undefined ? [] : [theirs(torch, LOADER, 'loader', file, MEDIUM)]),
    ];
    const warm = await interleaved(programs, repetitions, FAST, async () => {});
    const cold = await interleaved(
      programs.filter(({ rows, name }) => rows === FAST && name !== OURS_2018),
      2,
      ROWS,
      () => peer.ask({ way: 'drop', file }),
    );
    const starved = await starvation(index, {
      sequential: { name: 'the 2018 way', rate: medianRate(warm.get(LIST_2018)!) },
      ...(torch === undefined
        ? {}
        : { ahead: { name: "PyTorch's loader", rate: medianRate(warm.get(LOADER)!) } }),
    });
    writeFileAtomically(inRepository('images', 'starved.svg'), starved.figure.svg());
    writeFileAtomically(inRepository('runs', 'feed.html'), figurePage('Feed', [starved.figure]));
    return report(repetitions, programs, warm, cold, [
      ...starved.notes,
      await openingTimes(peer, folder),
      'figures: images/starved.svg, runs/feed.html',
    ]);
  } finally {
    for (const each of peers) each.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function ours(name: string, index: RowAccess, readers: number): Program {
  return {
    name,
    rows: FAST,
    run: async (rows) => {
      const feed = openFeed(index, readers);
      // The threads' start is not what is measured.
      await consume(feed, rows.slice(0, 32 * BATCH));
      const cpu = process.cpuUsage();
      const began = performance.now();
      const batchMs = await consume(feed, rows);
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      await feed.close();
      return { rate: rows.length / seconds, cpuShare: (user + system) / 1e6 / seconds, batchMs };
    },
  };
}

export function openFeed(access: RowAccess, readers: number): RowFeed {
  return new RowFeed({ access, patch: FORMAT, crop: 0, batchRows: BATCH, readers, slots: SLOTS });
}

async function consume(feed: RowFeed, rows: Uint32Array): Promise<number[]> {
  const times: number[] = [];
  let last = performance.now();
  for await (const _ of feed.batches(rowRequests(rows, BATCH))) {
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}

/** The same rows by as many threads, into as much memory as the feed's ring has. */
function bare(file: string, threads: number): Program {
  return {
    name: `bare pread, ${threads} threads`,
    rows: FAST,
    run: async (rows) => {
      const { offset } = findContiguous(file, 'input')!;
      const share = Math.ceil(rows.length / threads);
      const workers = Array.from({ length: threads }, (_, i) => {
        const workerData: PreadWork = {
          ...{ file, offset, rowBytes: ROW_BYTES, rows: rows.slice(i * share, (i + 1) * share) },
          into: new SharedArrayBuffer((SLOTS * BATCH * ROW_BYTES) / threads),
        };
        return new Worker(new URL('./preadThread.js', import.meta.url), { execArgv: [], workerData });
      });
      const answered = (): Promise<unknown> =>
        Promise.all(workers.map((worker) => new Promise((done) => worker.once('message', done))));
      await answered();
      const cpu = process.cpuUsage();
      const began = performance.now();
      const done = answered();
      for (const worker of workers) worker.postMessage(null);
      await done;
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      await Promise.all(workers.map((worker) => worker.terminate()));
      return { rate: rows.length / seconds, cpuShare: (user + system) / 1e6 / seconds, batchMs: [] };
    },
  };
}

function theirs(peer: Peer, name: string, way: string, file: string, rows: number): Program {
  return {
    name,
    rows,
    run: async (wanted) => {
      const { seconds, cpuSeconds, batches } = await peer.ask<{
        seconds: number;
        cpuSeconds: number;
        batches: number[];
      }>({ way, file, rows: Array.from(wanted) });
      return { rate: wanted.length / seconds, cpuShare: cpuSeconds / seconds, batchMs: batches };
    },
  };
}

/** Each program in turn on the same random rows, `most` at most: every row once, then every row again; `before` each sample. */
async function interleaved(
  programs: readonly Program[],
  repetitions: number,
  most: number,
  before: () => Promise<unknown>,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(programs.map(({ name }) => [name, []]));
  for (let i = 0; i < repetitions; i++) {
    const order = createRandom(`bench feed ${i}`).shuffle(
      Uint32Array.from({ length: ROWS }, (_, row) => row),
    );
    const rows = Uint32Array.from({ length: FAST }, (_, place) => order[place % ROWS]!);
    for (const { name, run, rows: count } of programs) {
      await before();
      samples.get(name)!.push(await run(rows.slice(0, Math.min(most, count))));
    }
  }
  return samples;
}

function medianRate(samples: readonly Sample[]): number {
  return spread(
    '',
    samples.map(({ rate }) => rate),
  ).median;
}

function report(
  repetitions: number,
  programs: readonly Program[],
  warm: ReadonlyMap<string, readonly Sample[]>,
  cold: ReadonlyMap<string, readonly Sample[]>,
  notes: readonly string[],
): BenchReport {
  const best = (start: string): number =>
    Math.max(
      ...programs.filter(({ name }) => name.startsWith(start)).map(({ name }) => medianRate(warm.get(name)!)),
    );
  const against = (ours: string, other: string, target?: number) =>
    Number.isFinite(best(other))
      ? [
          {
            of: `${ours} / ${other}`,
            ratio: best(ours) / best(other),
            ...(target === undefined ? {} : { target }),
          },
        ]
      : [];
  const p = (share: number): string => {
    const times = warm
      .get(`voxlab feed, ${CORES} readers`)!
      .flatMap(({ batchMs }) => batchMs)
      .sort((a, b) => a - b);
    return times[Math.floor(share * (times.length - 1))]!.toFixed(2);
  };
  return {
    name: `feed: random rows of ${ROW_BYTES / 1024} KiB, batches of ${BATCH}, ${ROWS} rows, warm`,
    unit: 'rows/s',
    higherIsBetter: true,
    repetitions,
    rows: programs.map(({ name }) => {
      const samples = warm.get(name)!;
      return spread(
        name,
        samples.map(({ rate }) => rate),
        spread(
          '',
          samples.map(({ cpuShare }) => cpuShare),
        ).median,
      );
    }),
    ratios: [
      against('voxlab', LIST_2018, 100),
      against('voxlab', ROWS_2018, 10),
      against(OURS_2018, LIST_2018),
      against(OURS_2018, ROWS_2018),
      against('voxlab', 'h5py, list of 64 rows, voxlab'),
      against('voxlab', 'h5py, row by row, voxlab'),
      against('voxlab', 'PyTorch', 3),
      against('voxlab', 'bare', 0.85),
    ].flat(),
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${CORES} cores`,
    notes: [
      `a batch, ${CORES} readers, asked for without a pause: median ${p(0.5)} ms, p99 ${p(0.99)} ms, longest ${p(1)} ms`,
      `cold (the file dropped from the page cache before each): ${[...cold].map(([name, samples]) => `${name} ${medianRate(samples).toFixed(0)} rows/s`).join(', ')}`,
      ...notes,
    ],
  };
}

async function writeFile(path: string): Promise<void> {
  const block = Int16Array.from({ length: (ROWS_PER_BLOCK * ROW_BYTES) / 2 }, (_, i) => (i * 7919) % 1400);
  function* blocks(): Iterable<Int16Array> {
    for (let i = 0; i < ROWS / ROWS_PER_BLOCK; i++) yield block;
  }
  await writePatchFile(
    path,
    FORMAT,
    { program: 'bench', settings: {}, scans: {} },
    columnsOf(ROWS),
    blocks(),
  );
}
