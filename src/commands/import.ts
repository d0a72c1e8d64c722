import { resolve } from 'node:path';
import { MODEL_CONFIG_FILE, readTrainingSettings } from '../config/trainingSettings.js';
import { UsageError } from '../errors.js';
import { importNetwork } from '../exchange/importNetwork.js';
import { given } from '../given.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson, say } from './standardStreams.js';
import { configOf, newRunFolder, removeIfEmpty } from './trainConfigOf.js';

interface ImportFlags {
  readonly like?: string;
  readonly data?: string;
  readonly config: string;
  readonly out?: string;
  readonly json?: boolean;
}

export const registerImportCommand: RegisterCommand = (program) => {
  program
    .command('import')
    .description(
      'Makes a run of weights that Keras or PyTorch saved of the same network, for evaluate, predict, export and train --from.',
    )
    .argument('<file>', '*.keras, *.h5, *.weights.h5 or *.safetensors')
    .option('--like <run>', 'a run whose settings, data and parts these weights take: for what was exported')
    .option(
      '--data <file>',
      'else the patch file to use them on (default: the only *-patch.hdf5 in DATA_DIR)',
    )
    .option('--config <file>', 'its settings, with the window', MODEL_CONFIG_FILE)
    .option('--out <dir>', "the new run's folder (default: a new one in RUNS_DIR)")
    .option('--json', 'one JSON document on stdout: {run, network, filters, parameters, notes}')
    .action(runImport);
};

async function runImport(file: string, flags: ImportFlags): Promise<void> {
  const { like, data, out } = flags;
  if (like !== undefined && data !== undefined)
    throw new UsageError('--like takes the data of its run: expected no --data beside it');
  // Before a folder is made: settings or data that are wrong.
  const config =
    like === undefined
      ? await configOf({ config: flags.config, ...given({ data }), out: out ?? '.' })
      : undefined;
  const run =
    out === undefined ? newRunFolder(readTrainingSettings(resolve(flags.config)).runsFolder) : resolve(out);
  try {
    const origin = config === undefined ? { like: resolve(like!) } : { config };
    const result = await importNetwork({ file: resolve(file), origin, run });
    for (const note of result.notes) say(`warning: ${note}\n`);
    if (flags.json === true) printJson(result);
    else
      print(`${result.run}: ${result.parameters} numbers, ${result.filters} filters (${result.network})\n`);
  } catch (error) {
    if (out === undefined) removeIfEmpty(run);
    throw error;
  }
}
