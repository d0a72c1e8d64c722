import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { EnvironmentError } from '../src/errors.js';
import { figurePage } from '../src/figures/figurePage.js';
import { type Parameter, sizeOf } from '../src/model/architecture.js';
import { parametersOf } from '../src/model/zoo/networks.js';
import { childOfThisProcess } from '../src/parentProcess.js';
import { inRepository, writeFileAtomically } from '../src/paths.js';
import { bubbleShare } from '../src/training/step/schedule.js';
import type { DeviceMemory } from '../src/training/step/stepMemory.js';
import { type BenchReport, spread } from './report.js';
import type { ScaleAnswer, ScaleWork } from './scaleWorker.js';
import { scalingFigure } from './scalingFigure.js';
import { expectedEfficiency, type ScalingMeasurement } from './scalingModel.js';

const ROWS = 32;
const ROWS_OF_PROCESS = 64;
const MICRO_BATCHES = 8;

/** A program to measure, and how many rows its processes compute in a step. */
interface Program {
  readonly name: string;
  readonly rows: number;
  readonly threads: number;
  readonly work: () => Promise<readonly ScaleWork[]>;
}

const PROGRAMS: readonly Program[] = [
  {
    name: `1 device, batch ${ROWS}`,
    rows: ROWS,
    threads: 1,
    work: async () => [{ batch: ROWS, threads: 1 }],
  },
  {
    name: `data, 2 devices, batch ${ROWS} each`,
    rows: 2 * ROWS,
    threads: 2,
    work: async () => [{ batch: 2 * ROWS, threads: 1, parallel: { strategy: 'data', devices: 2 } }],
  },
  {
    name: `1 device, ${MICRO_BATCHES} micro-batches, batch 64`,
    rows: 64,
    threads: 1,
    work: async () => [{ batch: 64, threads: 1, parallel: { microBatches: MICRO_BATCHES } }],
  },
  {
    name: `pipeline, 2 stages, ${MICRO_BATCHES} micro-batches, batch 64`,
    rows: 64,
    threads: 2,
    work: async () => [
      {
        batch: 64,
        threads: 1,
        parallel: { strategy: 'pipeline', devices: 2, microBatches: MICRO_BATCHES },
      },
    ],
  },
  {
    name: `1 device, batch ${ROWS_OF_PROCESS}`,
    rows: ROWS_OF_PROCESS,
    threads: 1,
    work: async () => [{ batch: ROWS_OF_PROCESS, threads: 1 }],
  },
  {
    name: `2 processes, batch ${ROWS_OF_PROCESS} each`,
    rows: 2 * ROWS_OF_PROCESS,
    threads: 2,
    work: () => twoProcesses('float32'),
  },
  {
    name: `the same, large gradients as bfloat16`,
    rows: 2 * ROWS_OF_PROCESS,
    threads: 2,
    work: () => twoProcesses('bfloat16'),
  },
];

async function twoProcesses(exchange: 'float32' | 'bfloat16'): Promise<ScaleWork[]> {
  const addresses = [await freeAddress(), await freeAddress()];
  return addresses.map((_, rank) => ({
    batch: ROWS_OF_PROCESS,
    threads: 1,
    exchange,
    cluster: { addresses, rank },
  }));
}

/** Of one program: a rate for each repetition, and what its last step said. */
interface Measured {
  readonly rates: number[];
  readonly shares: number[];
  last: readonly ScaleAnswer[];
}

/**
 * Two devices of one thread each beside one of one thread: replicas, a pipeline, processes. One after the other in each
 * repetition, so that all see the same machine. `simulate` also draws what is expected of 1 to 64: images/scaling.svg and, with
 * plotly, runs/scaling.html.
 */
export async function benchScale({ repetitions = 7, simulate = false } = {}): Promise<BenchReport> {
  const measured = new Map<string, Measured>(
    PROGRAMS.map(({ name }) => [name, { rates: [], shares: [], last: [] }]),
  );
  const running = await startAll();
  try {
    for (let i = 0; i < repetitions; i++)
      for (const { name, rows, threads } of PROGRAMS) {
        const answers = await undisturbed(running.get(name)!, threads);
        const of = measured.get(name)!;
        const seconds = Math.max(...answers.map((answer) => answer.seconds));
        of.rates.push(rows / seconds);
        of.shares.push(answers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / seconds);
        of.last = answers;
      }
    // Twice: the first measured step makes its program.
    const pipeline = PROGRAMS[3]!.name;
    for (let i = 0; i < 2; i++)
      measured.get(pipeline)!.last = [await running.get(pipeline)![0]!.ask({ passes: true })];
  } finally {
    for (const workers of running.values()) for (const worker of workers) worker.end();
  }
  return reportOf(measured, repetitions, simulate);
}

function reportOf(
  measured: ReadonlyMap<string, Measured>,
  repetitions: number,
  simulate: boolean,
): BenchReport {
  const [one, data, many, pipeline, alone, processes, rounded] = PROGRAMS.map(
    ({ name }) => measured.get(name)!,
  );
  const ratio = (of: Measured, to: Measured, factor: number): number =>
    median(of.rates.map((rate, i) => rate / to.rates[i]!)) / factor;
  const dataShare = ratio(data!, one!, 2);
  const processShare = ratio(processes!, alone!, 2);
  const bubble = bubbleShare(2, MICRO_BATCHES);
  const idle = idleShare(pipeline!.last[0]!);
  const gradientBytes =
    4 *
    parametersOf({ inputSize: [32, 32, 32], filters: 64 }).reduce((sum, each) => sum + exchanged(each), 0);
  const computeMs = (1000 * ROWS_OF_PROCESS) / median(alone!.rates);
  const reduceMs = computeMs / processShare - computeMs;
  const model = { computeMs, gradientBytes, devices: 2, reduceMs: Math.max(reduceMs, 1), latencyMs: 0.2 };
  return {
    name: 'scale',
    unit: 'patches/s',
    higherIsBetter: true,
    repetitions,
    rows: PROGRAMS.map(({ name }) => {
      const { rates, shares } = measured.get(name)!;
      return spread(name, rates, median(shares));
    }),
    ratios: [
      { of: 'data on 2 devices / twice 1 device', ratio: dataShare, target: 0.95 },
      { of: '2 processes / twice 1 process', ratio: processShare, target: 0.85 },
      { of: '2 processes that exchange bfloat16 / twice 1 process', ratio: ratio(rounded!, alone!, 2) },
      {
        of: 'pipeline of 2 / what the bubble formula allows',
        ratio: ratio(pipeline!, many!, 2) / (1 - bubble),
        target: 0.95,
      },
    ],
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
    notes: [
      `bubble of 2 stages and ${MICRO_BATCHES} micro-batches: ${percent(bubble)} by the formula, ${percent(idle)} measured as idle time of the two devices`,
      `reduction of ${(gradientBytes / 1e6).toFixed(0)} MB between 2 processes: ${reduceMs.toFixed(0)} ms a step are not hidden by the backward pass`,
      `peak memory of a process: ${PROGRAMS.map(({ name }) => `${name} ${measured.get(name)!.last[0]!.peakMiB.toFixed(0)} MiB`).join('; ')}`,
      `estimated memory of a device: ${[many!, pipeline!].map(({ last }, i) => `${['the whole network', 'its stages'][i]} ${last[0]!.memory.map(describeMemory).join(' and ')}`).join('; ')}`,
      ...(simulate ? simulated(model, processShare) : []),
    ],
  };
}

function describeMemory({ variables, gradients, activations }: DeviceMemory): string {
  const [sum, ...parts] = [variables + gradients + activations, variables, gradients, activations].map(
    (bytes) => (bytes / 2 ** 20).toFixed(0),
  );
  return `${sum} MiB (${parts.join(' + ')}: variables, gradients, activations)`;
}

/** Draws what is expected of more processes beside what was measured, and says where. */
function simulated(model: ScalingMeasurement, ofTwo: number): string[] {
  const expected = Array.from({ length: 64 }, (_, i) => ({
    devices: i + 1,
    efficiency: expectedEfficiency(model, i + 1),
  }));
  const measured = [
    { devices: 1, efficiency: 1 },
    { devices: 2, efficiency: ofTwo },
  ];
  const figure = scalingFigure(measured, expected);
  const [picture, page] = [inRepository('images', 'scaling.svg'), inRepository('runs', 'scaling.html')];
  writeFileAtomically(picture, figure.svg());
  writeFileAtomically(page, figurePage('Scaling', [figure]));
  const some = [4, 16, 64].map((n) => `${n} processes: ${percent(expected[n - 1]!.efficiency)}`);
  return [
    `expected of ${some.join(', ')} (modelled: a ring at the measured rate; only 1 and 2 are measured)`,
    `figures: ${picture}, ${page}`,
  ];
}

/** Share of the time from a step's first pass to its last in which a device runs none. */
function idleShare({ passes }: ScaleAnswer): number {
  const from = Math.min(...passes.map(({ fromMs }) => fromMs));
  const to = Math.max(...passes.map(({ toMs }) => toMs));
  const devices = new Set(passes.map(({ device }) => device)).size;
  const busy = passes.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return 1 - busy / ((to - from) * devices);
}

interface Worker {
  ask(question: { readonly passes: boolean }): Promise<ScaleAnswer>;
  end(): void;
}

async function startAll(): Promise<Map<string, readonly Worker[]>> {
  const running = new Map<string, readonly Worker[]>();
  for (const { name, work } of PROGRAMS)
    running.set(name, await Promise.all((await work()).map((each) => startWorker(each))));
  return running;
}

/** A step in which a neighbour took the machine (less CPU time than threads could use) is void and taken again. */
async function undisturbed(workers: readonly Worker[], threads: number): Promise<readonly ScaleAnswer[]> {
  for (let attempt = 0; ; attempt++) {
    const answers = await Promise.all(workers.map((worker) => worker.ask({ passes: false })));
    const cpu = answers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    const wall = Math.max(...answers.map(({ seconds }) => seconds));
    if (cpu / wall > 0.8 * threads || attempt === 4) return answers;
  }
}

async function startWorker(work: ScaleWork): Promise<Worker> {
  const child = spawn(
    process.execPath,
    [inRepository('dist', 'bench', 'scaleWorker.js'), JSON.stringify(work)],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...childOfThisProcess() } },
  );
  let log = '';
  child.stderr.on('data', (text) => {
    log = `${log}${text}`.slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<ScaleAnswer> => {
    const { value, done } = await lines.next();
    if (done === true) throw new EnvironmentError(`bench/scaleWorker.ts ended: ${log.trim()}`);
    return JSON.parse(value) as ScaleAnswer;
  };
  await next();
  return {
    ask: (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return next();
    },
    end: () => void child.kill(),
  };
}

async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Numbers of a parameter that travel between processes: of a kernel, the taps that its map reaches. */
function exchanged({ shape, reach }: Parameter): number {
  return sizeOf({ shape: reach === undefined ? shape : [...reach.size, ...shape.slice(3)] });
}
