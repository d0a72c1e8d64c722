import type { Command } from 'commander';
import { makeSampleDataSet, type SampleResult } from '../sample/sampleDataSet.js';
import { wholeNumber } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';
import { withProgress } from './withProgress.js';

interface SampleFlags {
  readonly out: string;
  readonly scans: number;
  readonly seed: number;
  readonly workers?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const registerSampleCommand: RegisterCommand = (program: Command) => {
  program
    .command('sample')
    .description(
      "Writes synthetic chest CTs in LUNA16's own layout: subset0..9/*.mhd + *.raw and the tables.",
    )
    .option('--out <folder>', 'folder that receives the data set', 'data/raw')
    .option('--scans <n>', 'number of scans; scan i goes to subset i mod 10', wholeNumber(1, 10000), 30)
    .option('--seed <n>', 'the same seed gives the same bytes', wholeNumber(0), 16)
    .option(
      '--workers <n>',
      'threads (default: one a core); the bytes do not depend on it',
      wholeNumber(1, 64),
    )
    .option('--force', 'replace another sample set, or write among other files')
    .option(
      '--json',
      'one JSON document on stdout: {out, scans, nodules, candidates, bytes, seconds, written}',
    )
    .action(runSample);
};

async function runSample(flags: SampleFlags): Promise<void> {
  const result = await withProgress((watch) => makeSampleDataSet({ ...flags, ...watch }));
  if (flags.json === true) printJson(result);
  else print(`${summary(result)}\n`);
}

function summary({ out, scans, nodules, candidates, bytes, seconds, written }: SampleResult): string {
  const content = `${scans} scans, ${nodules} nodules, ${candidates} candidates, ${Math.round(bytes / 1e6)} MB in ${out}`;
  return written === 0
    ? `done already: ${content}`
    : `${content}; ${written} scans written in ${seconds.toFixed(1)} s`;
}
