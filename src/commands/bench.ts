import { pathToFileURL } from 'node:url';
import { Argument } from 'commander';
import type { Precision } from '../config/trainingSettings.js';
import { inPackage } from '../paths.js';
import { oneOf, wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';

interface BenchFlags {
  readonly repetitions?: number;
  readonly batch?: number;
  readonly precision?: Precision;
  readonly simulate?: boolean;
  readonly scale?: boolean;
  readonly json?: boolean;
}

/** What the command needs of a program in bench/: they lie beside src/ and are loaded by name. */
interface BenchModules {
  readonly reportText: (report: unknown) => string;
  readonly run: (options: Omit<BenchFlags, 'json'>) => Promise<unknown>;
}

const NAMES = [
  'train',
  'scale',
  'crop',
  'plan',
  'feed',
  'kernel',
  'read',
  'predict',
  'detect',
  'heatmap',
  'evaluate',
  'gpulog',
  'start',
] as const;

export const registerBenchCommand: RegisterCommand = (program) => {
  program
    .command('bench')
    .description('Measures voxlab beside the tool you would use instead, interleaved in one run.')
    .addArgument(new Argument('<name>', 'what to measure').choices([...NAMES]))
    .option('--repetitions <n>', 'how often each program runs', wholeNumber(1, 1000))
    .option('--batch <n>', 'train: patches a step (default: 16)', wholeNumber(2, 65536))
    .option(
      '--precision <name>',
      'train: of the convolutions (default: float32)',
      oneOf('float32', 'bfloat16'),
    )
    .option('--simulate', 'scale: draw what is expected of 1 to 64 processes, too')
    .option('--scale', 'crop: write and read a file of 152,000 patches (10 GB) instead')
    .option('--json', 'one JSON document on stdout: {name, unit, rows, ratios, machine, notes}')
    .action(runBench);
};

async function runBench(name: (typeof NAMES)[number], { json, ...options }: BenchFlags): Promise<void> {
  const { run, reportText } = await load(name);
  const report = await run(options);
  if (json === true) printJson(report);
  else print(reportText(report));
}

async function load(name: string): Promise<BenchModules> {
  const module = (file: string): Promise<Record<string, unknown>> =>
    import(pathToFileURL(inPackage('dist', 'bench', `${file}.js`)).href);
  const { reportText } = await module('report');
  const benchmark = await module(name);
  const run = benchmark[`bench${name[0]!.toUpperCase()}${name.slice(1)}`];
  return { run, reportText } as BenchModules;
}
