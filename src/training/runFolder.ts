import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError, InputError, messageOf } from '../errors.js';
import { makeFolder, writeFileAtomically } from '../paths.js';
import { completeConfig } from './completeConfig.js';
import { truncateMetrics } from './metricsLog.js';
import type { TrainConfig } from './trainConfig.js';

/** Makes the run's folder with config.json and an empty metrics.jsonl. Throws InputError when something is there already. */
export function createRun(config: TrainConfig): void {
  const { run } = config;
  try {
    if (existsSync(run) && readdirSync(run).length > 0)
      throw new InputError(
        run,
        `expected a new folder for the run, found other content; use another --out, or --resume ${run}`,
      );
    makeFolder(run);
    writeConfig(config);
    truncateMetrics(run, 0);
  } catch (error) {
    // These say already what cannot be made or written.
    if (error instanceof InputError || error instanceof EnvironmentError) throw error;
    throw new EnvironmentError(
      `the run's folder ${run} cannot be made (${messageOf(error)}): choose another --out`,
      {
        cause: error,
      },
    );
  }
}

/** Before a resume: metrics after the checkpoint's step are dropped, they come again. */
export function continueRun(config: TrainConfig, step: number): void {
  writeConfig(config);
  truncateMetrics(config.run, step);
}

/** The configuration that a run was started with. Throws InputError. */
export function readRunConfig(run: string): TrainConfig {
  const file = join(run, 'config.json');
  try {
    return completeConfig(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new InputError(file, `expected the configuration of a run (${messageOf(error).split(',')[0]})`, {
      cause: error,
    });
  }
}

function writeConfig(config: TrainConfig): void {
  writeFileAtomically(join(config.run, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
