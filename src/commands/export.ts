import { resolve } from 'node:path';
import { EXPORT_FORMATS, type ExportFormat, exportNetwork } from '../exchange/exportNetwork.js';
import { given } from '../given.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import { oneOf, resolved } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson, say } from './standardStreams.js';

interface ExportFlags {
  readonly to: ExportFormat;
  readonly out?: string;
  readonly checkpoint: CheckpointLink;
  readonly json?: boolean;
}

export const registerExportCommand: RegisterCommand = (program) => {
  program
    .command('export')
    .description(
      "Writes a run's network for other programs. It takes Hounsfield units [n, z, y, x, 1] (their window is inside) and gives the probability [n, 1].",
    )
    .argument('<run>', "the run's folder")
    .requiredOption('--to <format>', `one of ${EXPORT_FORMATS.join(', ')}`, oneOf(...EXPORT_FORMATS))
    .option(
      '--out <path>',
      'file, or folder of savedmodel, tfjs and tensorboard (default: in RUN/export; of tensorboard RUN itself)',
    )
    .option('--checkpoint <name>', 'best (lowest validation loss) or last', oneOf('best', 'last'), 'best')
    .option('--json', 'one JSON document on stdout: {run, to, path, files, notes, description}')
    .action(runExport);
};

async function runExport(run: string, flags: ExportFlags): Promise<void> {
  const result = await exportNetwork({
    run: resolve(run),
    to: flags.to,
    checkpoint: flags.checkpoint,
    ...given({ out: resolved(flags.out) }),
  });
  for (const note of result.notes) say(`warning: ${note}\n`);
  if (flags.json === true) printJson(result);
  else print(`${result.files.join('\n')}\n`);
}
