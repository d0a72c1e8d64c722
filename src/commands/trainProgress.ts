import { CROSS_ENTROPY } from '../config/lossSettings.js';
import { percent } from '../percent.js';
import { formatSeconds, type progressLine } from '../progress.js';
import type { TrainConfig } from '../training/run/trainConfig.js';
import type { StartRecord, TrainRecord } from '../training/run/trainRecords.js';
import { say } from './standardStreams.js';

/** Progress with the pace of the last steps; a line that stays for each epoch. */
export function drawing(
  line: ReturnType<typeof progressLine>,
  { batchSize }: TrainConfig,
): (record: TrainRecord) => void {
  let total = 0;
  let perEpoch = 1;
  const rates: number[] = [];
  return (record) => {
    if (record.kind === 'start') {
      total = record.steps;
      perEpoch = record.stepsPerEpoch;
      say(
        `training on ${record.positives} ${record.classNames[1]} and ${record.negatives} ${record.classNames[0]}, ${record.validation} patches choose the best network, ${record.heldOut} are held out; ${record.stepsPerEpoch} steps of ${batchSize} an epoch${record.stepsDone > 0 ? `, going on after step ${record.stepsDone}` : ''}\n  ${record.parts}\n  network: ${record.network}\n`,
      );
      if (record.ranks > 1 || record.devices.flat().length > 1)
        say(`${describePlaces(record)}\n${describeMemory(record)}`);
      if (record.begins !== undefined) say(`begins with ${record.begins}\n`);
      if (record.loss !== CROSS_ENTROPY.kind) say(`loss: ${record.loss}\n`);
      if (record.precision !== 'float32')
        say(`convolutions in ${record.precision}, weights and the rest in float32\n`);
      for (const warning of record.warnings) say(`warning: ${warning}\n`);
      if (record.differences.length > 0)
        say(`note: not bit for bit as before, because of ${record.differences.join('; ')}\n`);
    } else if (record.kind === 'step') {
      rates.push(record.patchesPerSecond);
      if (rates.length > 20) rates.shift();
      const rate = rates.reduce((sum, value) => sum + value, 0) / rates.length;
      line.update({
        stage: 'train',
        done: record.step,
        total,
        unit: 'steps',
        note: `epoch ${record.epoch}, loss ${record.loss.toFixed(3)}, ${rate.toFixed(1)} patches/s`,
      });
    } else if (record.kind === 'validation') {
      line.end();
      say(
        `epoch ${record.epoch}${record.step % perEpoch === 0 ? '' : `, step ${record.step}`}: validation loss ${record.loss.toFixed(4)}, accuracy ${percent(record.accuracy)}, ROC AUC ${record.rocAuc.toFixed(3)} [${record.rocAucInterval.map((value) => value.toFixed(3)).join(', ')}] (${formatSeconds(record.seconds)})\n`,
      );
    }
  };
}

/** A line for each device. */
function describeMemory({ memory }: StartRecord): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  return memory
    .map(
      ({ device, variables, gradients, activations }) =>
        `${shortName(device)}: about ${megabytes(variables + gradients + activations)} (variables ${megabytes(variables)}, gradients ${megabytes(gradients)}, activations ${megabytes(activations)})\n`,
    )
    .join('');
}

function shortName(device: string): string {
  return device.replace(/.*device:/, '');
}

/** `2 processes of 2 replicas of 2 stages (cut at s2b1) on CPU:0 CPU:1 | CPU:2 CPU:3`. */
function describePlaces({ ranks, devices, cuts }: StartRecord): string {
  const places = devices.map((stages) => stages.map(shortName).join(' ')).join(' | ');
  const counts = [
    ...(ranks > 1 ? [`${ranks} processes`] : []),
    ...(devices.length > 1 ? [`${devices.length} replicas`] : []),
    ...(cuts.length > 0 ? [`${cuts.length + 1} stages (cut at ${cuts.join(', ')})`] : []),
  ];
  return `${counts.join(' of ')} on ${places}`;
}
