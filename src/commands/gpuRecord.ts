import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EnvironmentError } from '../errors.js';
import { given } from '../given.js';
import { RECORD_INTERVAL_MS, recordUse } from '../gpu/live/recordUse.js';
import { numberAbove, wholeNumber, withInterrupt } from './options.js';
import { print, printJson, say } from './standardStreams.js';

interface RecordFlags {
  readonly interval: number;
  readonly out: string;
  readonly pid?: number;
  readonly seconds?: number;
  readonly json?: boolean;
}

/** `voxlab gpu record`. */
export function registerGpuRecord(gpu: Command): void {
  gpu
    .command('record')
    .description(
      'Records the use of the GPUs (by NVML, else nvidia-smi) and of this machine as JSON lines, until Ctrl-C.',
    )
    .option('--interval <ms>', 'between two samples', wholeNumber(20, 3_600_000), RECORD_INTERVAL_MS)
    .option('--out <file>', 'lines are appended to it', 'gpu.jsonl')
    .option('--pid <n>', 'a process whose memory is recorded', wholeNumber(1))
    .option('--seconds <s>', 'end by itself after so long', numberAbove(0))
    .option('--json', 'one JSON document on stdout: {file, source, samples}')
    .action(record);
}

async function record({ interval, out, pid, seconds, json }: RecordFlags): Promise<void> {
  const file = resolve(out);
  const said = (text: string): void => say(`note: ${text}\n`);
  await withInterrupt(async (signal) => {
    const recording = await recordUse({
      out: file,
      intervalMs: interval,
      onTrouble: said,
      ...given({ pid }),
    });
    say(`recording ${from(recording.source)} to ${file}\n`);
    const failure = await Promise.race([ended(signal, seconds), recording.failed]);
    recording.stop();
    if (failure !== undefined) throw new EnvironmentError(failure);
    const { source, samples } = recording;
    if (json === true) printJson({ file, source, samples });
    else print(`${samples} samples in ${file}\n  next: npx voxlab gpu summary ${out}\n`);
  });
}

function from(source: string | null): string {
  return source === null
    ? 'this machine, in which no GPU can be read,'
    : `the GPUs by ${source}, and this machine,`;
}

/** Ctrl-C is how a recording ends. */
function ended(signal: AbortSignal, seconds: number | undefined): Promise<undefined> {
  return new Promise((done) => {
    const timer = seconds === undefined ? undefined : setTimeout(done, 1000 * seconds, undefined);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done(undefined);
    });
  });
}
