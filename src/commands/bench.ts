import { Argument } from 'commander';
import { printJson, wholeNumber } from './options.js';
import type { RegisterCommand } from './program.js';

/** What the command needs of a program in bench/: they lie beside src/ and are loaded by name. */
interface BenchModules {
  readonly reportText: (report: unknown) => string;
  readonly run: (options: { readonly repetitions?: number }) => Promise<unknown>;
}

const NAMES = ['train', 'scale', 'crop', 'plan'] as const;

export const registerBenchCommand: RegisterCommand = (program) => {
  program
    .command('bench')
    .description('Measures voxlab beside the tool you would use instead, interleaved in one run.')
    .addArgument(new Argument('<name>', 'what to measure').choices([...NAMES]))
    .option('--repetitions <n>', 'how often each program runs', wholeNumber(1, 1000))
    .option('--json', 'one JSON document on stdout: {name, unit, rows, ratios, machine, notes}')
    .action(runBench);
};

async function runBench(
  name: (typeof NAMES)[number],
  flags: { readonly repetitions?: number; readonly json?: boolean },
): Promise<void> {
  const { run, reportText } = await load(name);
  const report = await run(flags.repetitions === undefined ? {} : { repetitions: flags.repetitions });
  if (flags.json === true) printJson(report);
  else process.stdout.write(reportText(report));
}

async function load(name: string): Promise<BenchModules> {
  const module = (file: string): Promise<Record<string, unknown>> =>
    import(new URL(`../../bench/${file}.js`, import.meta.url).href);
  const { reportText } = await module('report');
  const benchmark = await module(name);
  const run = benchmark[`bench${name[0]!.toUpperCase()}${name.slice(1)}`];
  return { run, reportText } as BenchModules;
}
