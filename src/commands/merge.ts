import { resolve } from 'node:path';
import { mergeShards } from '../patches/mergeShards.js';
import { progressLine } from '../progress.js';
import { withInterrupt } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';

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
  const line = progressLine();
  const result = await withInterrupt((signal) =>
    mergeShards({
      files: shards.map((file) => resolve(file)),
      ...(flags.out === undefined ? {} : { outFolder: resolve(flags.out) }),
      ...(flags.force === undefined ? {} : { force: flags.force }),
      signal,
      onProgress: (progress) => line.update(progress),
    }),
  ).finally(() => line.end());
  if (flags.json === true) printJson(result);
  else print(`${result.rows} patches written: ${result.file}\n`);
}
