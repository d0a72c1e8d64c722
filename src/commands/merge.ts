import { resolve } from 'node:path';
import { given } from '../given.js';
import { mergeShards } from '../patches/mergeShards.js';
import { resolved } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';
import { withProgress } from './withProgress.js';

interface MergeFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const registerMergeCommand: RegisterCommand = (program) => {
  program
    .command('merge')
    .description(
      'Joins the shards of a crop (crop --shard i/n) into the file that one crop would have written.',
    )
    .argument('<shards...>', 'all n files *-patch.i-of-n.hdf5')
    .option('--out <folder>', 'folder that receives the file (default: that of the first shard)')
    .option('--force', 'replace a file that is there')
    .option('--json', 'one JSON document on stdout: {file, rows, byClass, bySubset}')
    .action(runMerge);
};

async function runMerge(shards: readonly string[], flags: MergeFlags): Promise<void> {
  const files = shards.map((file) => resolve(file));
  const options = given({ outFolder: resolved(flags.out), force: flags.force });
  const result = await withProgress((watch) => mergeShards({ files, ...options, ...watch }));
  if (flags.json === true) printJson(result);
  else print(`${result.rows} patches written: ${result.file}\n`);
}
