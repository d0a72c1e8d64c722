import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { NEWEST_CELLS } from '../../src/kernel/cells/cellMemory.js';
import { inRepository } from '../../src/paths.js';
import { KernelClient, streamText } from '../kernel/kernelClient.js';
import { trainFixture } from '../training/trainFixture.js';
import type { Campaign, Fault } from './campaign.js';

/** A process that does one thing for hours. */
interface Soaked {
  readonly name: string;
  readonly pid: number;
  rounds: number;
  /** What a round may keep. */
  readonly keptKiB: number;
  /** Rounds after which nothing is new any more, see WARM. */
  readonly warmRounds: number;
  /** What it has said last, between two rounds. */
  inUseMiB?: number;
  readonly samples: Sample[];
  end(): Promise<void>;
}

interface Sample {
  readonly hours: number;
  readonly rounds: number;
  readonly residentMiB: number;
  readonly inUseMiB: number | undefined;
  readonly threads: number;
  readonly files: number;
}

const TURN_MS = 10_000;
const KERNEL_MEMORY_EVERY_MS = 30_000;
/** At the lowest priority beside other work a cell may wait for long. */
const STARVED_MS = 1_200_000;
/**
 * What a slope is judged by: the first part of the samples is warming up, and so are the first rounds, however long they take beside other
 * work. V8 compiles anew what runs often (the heap of a training stands still from 2,500 epochs on), and the sockets' thread of a kernel
 * remembers 65,536 signatures, two a cell.
 */
const SETTLED = 1 / 3;
const WARM = { trainings: 300, steps: 2500, feed: 100, 'kernel cells': 33_000, 'kernel trainings': 300 };
/** Below this many hours a slope says nothing. */
const JUDGED_HOURS = 0.5;
const MOST_MIB_AN_HOUR = 1;
/** A cell's text and its place in the history, which front ends ask for: 0.17 KiB in heap snapshots 20,000 cells apart. */
const CELL_KEPT_KIB = 0.25;

/** A kernel's cells, trainings in a kernel and without, the steps of one training, and the feed, for hours: memory, threads and open files stay as they are. */
export const soakCampaign: Campaign = {
  name: 'soak',
  open: async (folder) => {
    const began = Date.now();
    const ends: (() => void)[] = [];
    const soaked = [
      ...(['trainings', 'steps', 'feed'] as const).map((kind) => startProcess(kind, join(folder, kind))),
      await startKernel('kernel cells', CELLS),
      await startTrainings(join(folder, 'kernel'), ends),
    ];
    return {
      turn: async () => {
        const before = soaked.map(({ rounds }) => rounds);
        await wait(TURN_MS);
        for (const each of soaked) each.samples.push(sampleOf(each, (Date.now() - began) / 3_600_000));
        const done = soaked.map(({ name, rounds }, at) => [`${name}: rounds`, rounds - before[at]!] as const);
        return {
          cases: done.reduce((sum, [, rounds]) => sum + rounds, 0),
          faults: [],
          outcomes: Object.fromEntries(done),
        };
      },
      close: async () => {
        const faults = soaked.flatMap(faultsOf);
        for (const each of soaked) await each.end();
        for (const end of ends) end();
        return { lines: soaked.map(lineOf), faults };
      },
    };
  },
};

function startProcess(kind: 'trainings' | 'steps' | 'feed', folder: string): Soaked {
  const child = spawn(process.execPath, [inRepository('dist/test/torture/soakProcess.js'), kind, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const soaked: Soaked = {
    ...{ name: kind, pid: child.pid!, rounds: 0, keptKiB: 0, warmRounds: WARM[kind], samples: [] },
    end: async () => endOf(child),
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'round') soaked.rounds++;
    else soaked.inUseMiB = Number(line);
  });
  return soaked;
}

async function endOf(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await ended;
}

/**
 * A cell after the other, for as long as the kernel lives, and from time to time one that says what is in use; a cell that fails
 * for another reason than its own ends the campaign.
 */
async function startKernel(
  name: 'kernel cells' | 'kernel trainings',
  cells: readonly string[],
  before: readonly string[] = [],
): Promise<Soaked> {
  const client = await KernelClient.start();
  for (const code of [...before, MEASURING])
    requireDone(name, (await client.answer(await client.sendCell(code), STARVED_MS)).reply);
  let isOver = false;
  const soaked: Soaked = {
    ...{
      name,
      pid: client.process.pid!,
      rounds: 0,
      keptKiB: CELL_KEPT_KIB,
      warmRounds: WARM[name],
      samples: [],
    },
    end: async () => {
      isOver = true;
      await client.stop();
    },
  };
  const run = async (): Promise<void> => {
    for (let measured = Date.now(); !isOver; ) {
      const code = cells[soaked.rounds % cells.length]!;
      const { reply } = await client.answer(
        await client.sendCell(code, { stop_on_error: false }),
        STARVED_MS,
      );
      if (code !== FAILING) requireDone(name, reply);
      client.published.length = 0;
      soaked.rounds++;
      if (Date.now() - measured < KERNEL_MEMORY_EVERY_MS) continue;
      soaked.inUseMiB = await inUseOf(client);
      measured = Date.now();
    }
  };
  void run().catch((error) => {
    // What was under way when the kernel was ended has no answer.
    if (!isOver) throw error;
  });
  return soaked;
}

async function inUseOf(client: KernelClient): Promise<number> {
  const asked = await client.sendCell('process.stdout.write(String(await inUseMiB()));');
  const done = await client.answer(asked, STARVED_MS);
  requireDone('in use', done.reply);
  return Number(streamText(done));
}

function requireDone(name: string, { status, ename, evalue }: Readonly<Record<string, unknown>>): void {
  if (status !== 'ok') throw new Error(`${name}: a cell ended with ${ename}: ${evalue}`);
}

/**
 * A kernel that trains again and again. Of its newest cells it keeps what leads an error into their text, 10 KiB of such a one: so as
 * many are run beforehand, without their training. In one that has not had so many, each adds that.
 */
async function startTrainings(folder: string, ends: (() => void)[]): Promise<Soaked> {
  const config = await trainFixture({ after: (end) => ends.push(end) });
  const first = `import { train } from 'voxlab';
import { rmSync } from 'node:fs';
const config = ${JSON.stringify({ ...config, run: folder, epochs: 1 })} as Parameters<typeof train>[0];
let trains = false;`;
  const before = [first, ...Array<string>(NEWEST_CELLS).fill(TRAINING), 'trains = true;'];
  return startKernel('kernel trainings', [TRAINING], before);
}

const TRAINING = `if (trains) {
  for await (const record of train(config)) if (record.kind === 'epoch') console.log(record.epoch, record.patchesPerSecond);
  rmSync(config.run, { recursive: true });
}`;

const MEASURING = `import { inUseMiB } from ${JSON.stringify(inRepository('dist/test/torture/inUse.js'))};`;

const FAILING = "throw new Error('on purpose');";

const CELLS = [
  'const numbers = Array.from({ length: 1000 }, (_, i) => i * i);\nnumbers.length',
  'function twice(value: number): number { return 2 * value; }\ntwice(21)',
  "console.log('a line', numbers.slice(0, 3));",
  'await new Promise((done) => setTimeout(done, 1)); ({ deep: { value: [1, 2, 3] } })',
  FAILING,
];

function sampleOf({ pid, rounds, inUseMiB }: Soaked, hours: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const numberOf = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]);
  return {
    hours,
    rounds,
    residentMiB: numberOf('VmRSS') / 1024,
    inUseMiB,
    threads: numberOf('Threads'),
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** Theil and Sen's slope: the median of all pairs', which a garbage collection does not move. */
function slopeOf(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const slopes = samples.flatMap((a, i) =>
    samples.slice(i + 1).map((b) => (of(b) - of(a)) / (b.hours - a.hours)),
  );
  return slopes.sort((a, b) => a - b)[slopes.length >> 1] ?? 0;
}

function settledOf({ samples, warmRounds }: Soaked): readonly Sample[] {
  const settled = samples
    .slice(Math.floor(SETTLED * samples.length))
    .filter(({ rounds }) => rounds >= warmRounds);
  // Pairs grow with the square.
  const every = Math.ceil(settled.length / 300);
  return settled.filter(({ inUseMiB }, at) => at % every === 0 && inUseMiB !== undefined);
}

function lineOf(soaked: Soaked): string {
  const settled = settledOf(soaked);
  const [first, last] = [settled[0], settled.at(-1)];
  if (first === undefined || last === undefined)
    return `${soaked.name}: ${soaked.rounds} rounds, judged from ${soaked.warmRounds} on`;
  const rounds = last.rounds - first.rounds;
  const grown = (name: string, of: (sample: Sample) => number): string =>
    `${name} ${of(first).toFixed(1)} -> ${of(last).toFixed(1)} MiB (${slopeOf(settled, of).toFixed(2)} MiB an hour, ${((1024 * (of(last) - of(first))) / Math.max(1, rounds)).toFixed(2)} KiB a round)`;
  const said = [
    grown('memory', ({ residentMiB }) => residentMiB),
    grown('in use', usedOf),
    ...(['threads', 'files'] as const).map((what) => `${what} ${first[what]} -> ${last[what]}`),
  ];
  return `${soaked.name}: ${last.rounds} rounds in ${last.hours.toFixed(2)} h; from round ${first.rounds} on ${said.join(', ')}`;
}

/** What may not grow. What is resident, too, grows and falls with what was freed and may be taken again. */
function usedOf({ inUseMiB }: Sample): number {
  return inUseMiB!;
}

function faultsOf(soaked: Soaked): Fault[] {
  const settled = settledOf(soaked);
  const [first, last] = [settled[0], settled.at(-1)];
  if ((soaked.samples.at(-1)?.hours ?? 0) < JUDGED_HOURS) return [];
  if (soaked.inUseMiB === undefined)
    return [{ what: `${soaked.name}: has not said what is in use`, evidence: {} }];
  if (first === undefined || last === undefined || last.hours - first.hours < JUDGED_HOURS / 2) return [];
  const kept = (sample: Sample): number => (soaked.keptKiB * sample.rounds) / 1024;
  const slope = slopeOf(settled, (sample) => usedOf(sample) - kept(sample));
  const grown = (['threads', 'files'] as const).filter(
    (what) => slopeOf(settled, (sample) => sample[what]) > 0,
  );
  const evidence = { 'samples.json': JSON.stringify(soaked.samples) };
  return [
    ...(slope > MOST_MIB_AN_HOUR
      ? [{ what: `${soaked.name}: ${slope.toFixed(2)} MiB more an hour`, evidence }]
      : []),
    ...grown.map((what) => ({ what: `${soaked.name}: more and more ${what}`, evidence })),
  ];
}
