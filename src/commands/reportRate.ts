import { join, resolve } from 'node:path';
import { readTrainingSettings } from '../config/trainingSettings.js';
import { UsageError } from '../errors.js';
import { rateFigure } from '../figures/rateFigure.js';
import { writeFileAtomically } from '../paths.js';
import { progressLine } from '../progress.js';
import { findRate, type RateRecord } from '../training/findRate.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import { withInterrupt } from './options.js';
import { print, printJson } from './standardStreams.js';
import { visibleGpus } from './trainConfigOf.js';
import type { TrainFlags } from './trainFlags.js';

/** `train --find-rate`: prints the learning rate to take, and draws why; no run is made. */
export async function reportRate(config: TrainConfig, flags: TrainFlags, steps: number): Promise<void> {
  const others = (['resume', 'processes', 'cluster', 'out'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (others !== undefined)
    throw new UsageError(`--find-rate makes no run, in one process: expected no --${others}`);
  const gpus = visibleGpus(flags, config.devices, { index: 0, count: 1 }, process.env);
  if (gpus !== undefined) process.env.CUDA_VISIBLE_DEVICES = gpus;
  const line = progressLine();
  const records: RateRecord[] = [];
  await withInterrupt(async (signal) => {
    for await (const record of findRate(config, { steps, signal })) {
      records.push(record);
      if (record.kind === 'step')
        line.update({
          ...{ stage: 'find rate', done: record.step, total: record.steps, unit: 'steps' },
          note: `rate ${record.learningRate.toExponential(1)}, loss ${record.smoothed.toFixed(3)}`,
        });
    }
  }).finally(() => line.end());
  const figure = join(readTrainingSettings(resolve(flags.config)).runsFolder, 'learning-rate.svg');
  writeFileAtomically(figure, rateFigure(records).svg());
  const tried = records.flatMap((record) => (record.kind === 'step' ? [record] : []));
  const end = records.at(-1);
  if (end?.kind !== 'end') return;
  const { suggested, lowest, diverged } = end;
  const last = tried.at(-1)?.learningRate;
  if (flags.json === true)
    return printJson({
      ...{ suggested, lowest, diverged },
      figure,
      steps: tried.map(({ kind: _, step: __, steps: ___, ...rest }) => rest),
    });
  const lines = [
    suggested === null
      ? `no rate to suggest: the loss did not fall in ${tried.length} steps; take more steps (--find-rate 300)`
      : `LEARNING_RATE = ${Number(suggested.toPrecision(2))} (--learning-rate): where the loss falls most steeply`,
    ...(lowest === null
      ? []
      : [
          lowest === last
            ? `  the loss still falls at the last rate, ${lowest.toExponential(1)}`
            : `  the loss is lowest at ${lowest.toExponential(1)}, and ${diverged ? 'runs away' : 'rises'} above it`,
        ]),
    `  figure: ${figure}`,
  ];
  print(`${lines.join('\n')}\n`);
}
