import { cpus } from 'node:os';
import { ensureKernelSpec, jupyterEnvironment } from '../src/kernel/notebooks/jupyter.js';
import { inRepository } from '../src/paths.js';
import { startPeer } from './peer.js';
import { type BenchReport, type BenchRow, spread } from './report.js';

export interface KernelBenchOptions {
  readonly repetitions?: number;
}

/** What bench/kernelPeer.py measures of one start of a kernel; times in ms, undefined = the kernel cannot do it. */
interface Measured {
  readonly start: number;
  readonly trivial: number;
  readonly lines: number | null;
  readonly linesArrived: number;
  readonly completion: number;
  readonly comm: number | null;
  /** A cell after 250 that declare names. */
  readonly later: number;
  readonly show: number | null;
  /** MB that showing has added. */
  readonly kept: number | null;
  readonly idleCpu: number;
  readonly megabytes: number;
}

interface Kernel {
  readonly title: string;
  /** Asked of the peer. */
  readonly question: Readonly<Record<'name' | 'prepare' | 'line' | 'completion' | 'cell', string>> & {
    readonly comm: string | null;
    readonly ct: readonly [make: string, show: string] | null;
  };
}

const KERNELS: readonly Kernel[] = [
  {
    title: 'voxlab',
    question: {
      name: 'voxlab',
      prepare: "import * as core from 'voxlab'; const scope = Object.keys(core).length;",
      line: "for (let i = 0; i < 20_000; i++) console.log('line ' + i);",
      completion: 'Math.',
      cell: 'const v# = #; function f#(x: number): number { return x + v#; } f#(1)',
      ct: ['const ct = new Int16Array(512 * 512 * 300);', 'ct'],
      comm: `import { openComm } from 'voxlab';
const comm = openComm('slices');
const volume = new Uint8Array(512 * 512 * 20);
comm.onMessage(({ slice }) => comm.send({}, { buffers: [volume.slice(Number(slice) * 512 * 512, (Number(slice) + 1) * 512 * 512)] }));`,
    },
  },
  {
    title: 'ipykernel',
    question: {
      name: 'python3',
      prepare: 'import math',
      line: "for i in range(20_000): print(f'line {i}')",
      completion: 'math.',
      cell: 'v# = #\ndef f#(x): return x + v#\nf#(1)',
      ct: ['import numpy; ct = numpy.zeros((300, 512, 512), numpy.int16); ct[:] = 1', 'ct'],
      comm: `from comm import create_comm
opened = create_comm(target_name='slices')
volume = bytes(512 * 512 * 20)
def answer(message):
    at = message['content']['data']['slice'] * 512 * 512
    opened.send({}, buffers=[volume[at:at + 512 * 512]])
opened.on_msg(answer)`,
    },
  },
];

const TIMES = {
  start: 'start to first result',
  trivial: 'trivial cell',
  later: 'cell after 250 that declare names',
  show: 'CT of 512 x 512 x 300 shown',
  lines: '20,000 lines of output',
  completion: 'completion',
  comm: 'slice of 512 x 512 by comm',
} as const;
type Time = keyof typeof TIMES;

/** In ms, what ours may take at most. */
const LIMITS: Partial<Record<Time, number>> = {
  ...{ trivial: 25, later: 50, show: 500, lines: 1000, completion: 150, comm: 30 },
};

/** Our kernel, with the whole of voxlab imported, beside ipykernel with nothing, each driven by jupyter_client. */
export async function benchKernel({ repetitions = 5 }: KernelBenchOptions = {}): Promise<BenchReport> {
  ensureKernelSpec();
  Object.assign(process.env, jupyterEnvironment());
  const peer = await startPeer('kernelPeer.py', { folder: inRepository('notebooks') });
  const measured = new Map<string, Measured[]>(KERNELS.map(({ title }) => [title, []]));
  try {
    for (const { question } of KERNELS) await peer.ask(question); // files into the page cache
    for (let round = 0; round < repetitions; round++)
      for (const { title, question } of KERNELS)
        measured.get(title)!.push(await peer.ask<Measured>(question));
  } finally {
    peer.end();
  }
  return reportOf(measured, repetitions);
}

function reportOf(measured: ReadonlyMap<string, readonly Measured[]>, repetitions: number): BenchReport {
  const rowsOf = (time: Time): { title: string; row: BenchRow }[] =>
    [...measured].flatMap(([title, runs]) => {
      const values = runs.map((run) => run[time]).filter((value) => value !== null);
      return values.length === 0 ? [] : [{ title, row: spread(`${TIMES[time]}: ${title}`, values) }];
    });
  const all = (Object.keys(TIMES) as Time[]).map((time) => ({ time, rows: rowsOf(time) }));
  const ratios = all.flatMap(({ time, rows }) => {
    const ours = rows.find(({ title }) => title === 'voxlab')!.row.median;
    const limit = LIMITS[time];
    return [
      ...rows
        .filter(({ title }) => title !== 'voxlab')
        .map(({ title, row }) => ({
          of: `${TIMES[time]}, ${title} / voxlab`,
          ratio: row.median / ours,
          ...(time === 'start' ? { target: 0.5 } : {}),
        })),
      ...(limit === undefined
        ? []
        : [{ of: `${TIMES[time]}, limit of ${limit} ms / voxlab`, ratio: limit / ours, target: 1 }]),
    ];
  });
  return {
    name: 'kernel',
    unit: 'ms',
    higherIsBetter: false,
    repetitions,
    rows: all.flatMap(({ rows }) => rows.map(({ row }) => row)),
    ratios,
    machine: `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`,
    notes: [...measured].map(([title, runs]) => {
      const { megabytes, idleCpu, linesArrived, kept } = runs.at(-1)!;
      return `${title}: ${megabytes.toFixed(0)} MB, ${kept?.toFixed(0) ?? 0} MB more when a CT was shown, idle CPU ${(100 * idleCpu).toFixed(1)} %, ${linesArrived} of 20000 lines arrived`;
    }),
  };
}
