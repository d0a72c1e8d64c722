import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { EnvironmentError } from '../src/errors.js';
import { inPackage, inRepository } from '../src/paths.js';
import { type BenchReport, spread } from './report.js';

interface Starter {
  readonly program: string;
  readonly command: string;
  readonly words: readonly string[];
}

const LIBRARY = 'voxlab, import';
const COMMAND = 'voxlab, command `runs`';
const NODE = 'Node.js, nothing';
const PYTHON = 'Python, SimpleITK and h5py';

/** Says on stderr how much memory it had at most, MB, when it ends. */
const NODE_MEMORY = 'process.on("exit", () => console.error(process.resourceUsage().maxRSS * 1.024e-3))';
const PYTHON_MEMORY =
  'import atexit, resource, sys; atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024e-3, file=sys.stderr))';

/** How long a program takes that only loads its library, from the start of the process to its end, and what memory that takes. */
export function benchStart({ repetitions = 15 } = {}): Promise<BenchReport> {
  const starters = startersOf();
  const seconds = starters.map((): number[] => []);
  const megabytes = starters.map((): number[] => []);
  // The first round warms the page cache, and is not counted.
  for (let round = 0; round <= repetitions; round++)
    for (const [i, starter] of starters.entries()) {
      const taken = start(starter);
      if (round === 0) continue;
      seconds[i]!.push(taken.seconds * 1000);
      megabytes[i]!.push(taken.megabytes);
    }
  const rows = starters.map(({ program }, i) => spread(program, seconds[i]!));
  const median = (program: string): number => rows.find((row) => row.program === program)!.median;
  return Promise.resolve({
    name: 'start: processes that load a library and end',
    unit: 'ms',
    higherIsBetter: false,
    repetitions,
    rows,
    ratios: [
      { of: `${PYTHON} / voxlab`, ratio: median(PYTHON) / median(LIBRARY) },
      { of: '150 ms / (voxlab - Node.js)', ratio: 150 / (median(LIBRARY) - median(NODE)), target: 1 },
      { of: '300 ms / command', ratio: 300 / median(COMMAND), target: 1 },
    ],
    machine: `${availableParallelism()} x ${cpus()[0]!.model}`,
    notes: starters.map(({ program }, i) => `${program}: ${spread('', megabytes[i]!).median.toFixed(0)} MB`),
  });
}

function startersOf(): Starter[] {
  const node = (program: string, ...words: string[]): Starter => ({
    program,
    command: process.execPath,
    words,
  });
  const program = (statement: string): string[] => [
    '--input-type=module',
    '-e',
    `${NODE_MEMORY}; ${statement}`,
  ];
  const python = (of: string, statement: string): Starter => ({
    program: of,
    command: inRepository('.venv', 'bin', 'python'),
    words: ['-c', `${PYTHON_MEMORY}; ${statement}`],
  });
  return [
    node(NODE, ...program('')),
    node(LIBRARY, ...program("await import('voxlab')")),
    node('voxlab, import of single files', '--conditions=voxlab-files', ...program("await import('voxlab')")),
    node(
      COMMAND,
      '--import',
      `data:text/javascript,${NODE_MEMORY}`,
      inPackage('dist', 'lib', 'voxlab.cjs'),
      'runs',
    ),
    python(PYTHON, 'import SimpleITK, h5py'),
    python('Python, tensorflow', 'import tensorflow'),
  ];
}

function start({ program, command, words }: Starter): { seconds: number; megabytes: number } {
  const began = performance.now();
  const { status, stderr } = spawnSync(command, words, { cwd: inPackage(), encoding: 'utf8' });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0)
    throw new EnvironmentError(`${program} ended with ${status}: ${stderr.trim().split('\n').at(-1)}`);
  return { seconds, megabytes: Number(stderr.trim().split('\n').at(-1)) };
}
