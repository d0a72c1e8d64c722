import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import { given } from '../../given.js';
import type { TrainRecord } from '../../training/run/trainRecords.js';
import { toJsonLines } from '../logs/gpuJsonLines.js';
import { AppendFile } from './appendFile.js';
import { everyMs } from './everyMs.js';
import type { OnTrouble } from './gpuSource.js';
import { openUseMeter, type RunProgress, type UseMeter } from './useMeter.js';

/** As often as other monitors look. */
export const RECORD_INTERVAL_MS = 1000;

/** Where to, and how often. */
export interface RecordOptions {
  /** JSON lines are appended to it, as `voxlab gpu convert` prints them. */
  readonly out: string;
  /** Default: 1000. */
  readonly intervalMs?: number;
  /** The process whose memory is recorded; default: none, of a run this one. */
  readonly pid?: number;
  /** Hears of devices that are lost or come back no more. */
  readonly onTrouble?: OnTrouble;
}

/** A recording that goes on beside other work. */
export interface UseRecording {
  /** `NVML`, `nvidia-smi`, or null: the host's figures alone. */
  readonly source: string | null;
  readonly samples: number;
  /** Resolves with the reason when the file can no longer be written: then the recording has ended. */
  readonly failed: Promise<string>;
  /** Tells of a step of the run that is recorded. */
  stepped(progress: RunProgress): void;
  /** Ends the recording; the file is whole then. */
  stop(): void;
}

/**
 * Records the use of this machine's GPUs, and of the machine, until it is stopped. Throws EnvironmentError.
 * @example
 * const recording = await recordUse({ out: 'use.jsonl', intervalMs: 100 });
 * await new Promise((done) => setTimeout(done, 300)); // the work that is measured
 * recording.stop();
 * console.log(`${recording.samples} samples, read by ${recording.source ?? 'the host alone'}`);
 */
export async function recordUse(options: RecordOptions): Promise<UseRecording> {
  return recordingOf(await meterFor(options), options);
}

/** How a run's use is recorded; by default into RUN/gpu.jsonl. */
export interface RecordedRunOptions extends Partial<RecordOptions> {
  /** `where-a-gpu-is` (default) records on machines with one; `always` elsewhere, too. */
  readonly when?: 'where-a-gpu-is' | 'always';
}

/**
 * Hands on the records of a run, and records the use of the machine meanwhile, by default into RUN/gpu.jsonl:
 * `for await (const record of withRecordedUse(train(config))) ...`. A recording that fails ends; the run goes on.
 * @example
 * const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
 * const settings = { ...readTrainingSettings(), filters: 4, threads: 0 };
 * const config = { ...settings, data, run: inRepository('runs/recorded') };
 * for await (const record of withRecordedUse(train(config), { when: 'always' }))
 *   if (record.kind === 'step' && record.step === 4) break;
 * console.log(summariseGpuLog(await readGpuLog(inRepository('runs/recorded/gpu.jsonl'))).hosts);
 */
export async function* withRecordedUse<R extends TrainRecord>(
  records: AsyncIterable<R>,
  options: RecordedRunOptions = {},
): AsyncGenerator<R, void, undefined> {
  let recording: UseRecording | undefined;
  try {
    for await (const record of records) {
      if (record.kind === 'start') recording ??= await recordingOfRun(record.run, options);
      else if (record.kind === 'step') recording?.stepped(progressOf(record));
      yield record;
    }
  } finally {
    recording?.stop();
  }
}

/** What a step's record says of its time. */
export function progressOf({ step, waitShare, ms }: TrainRecord & { kind: 'step' }): RunProgress {
  return { step, waitShare, milliseconds: Object.values(ms).reduce((sum, part) => sum + part, 0) };
}

async function recordingOfRun(
  run: string,
  { when = 'where-a-gpu-is', ...given }: RecordedRunOptions,
): Promise<UseRecording | undefined> {
  const options = { out: join(run, 'gpu.jsonl'), pid: process.pid, ...given };
  try {
    const meter = await meterFor(options);
    if (meter.source !== null || when === 'always') {
      const recording = recordingOf(meter, options);
      void recording.failed.then((reason) => options.onTrouble?.(`the recording has ended: ${reason}`));
      return recording;
    }
    meter.close();
  } catch (error) {
    options.onTrouble?.(messageOf(error));
  }
  return undefined;
}

function meterFor({ intervalMs = RECORD_INTERVAL_MS, pid, onTrouble }: RecordOptions): Promise<UseMeter> {
  return openUseMeter({
    intervalMs,
    ...given({ pid, onTrouble }),
  });
}

function recordingOf(meter: UseMeter, options: RecordOptions): UseRecording {
  const { out, intervalMs = RECORD_INTERVAL_MS } = options;
  let file: AppendFile;
  try {
    file = new AppendFile(out);
  } catch (error) {
    meter.close();
    throw error;
  }
  let samples = 0;
  let ended = false;
  let fail: (reason: string) => void;
  const failed = new Promise<string>((resolve) => {
    fail = resolve;
  });
  let stopTicks: (() => void) | undefined;
  const stop = (): void => {
    if (ended) return;
    ended = true;
    stopTicks?.();
    meter.close();
    file.close();
  };
  stopTicks = everyMs(intervalMs, () => {
    try {
      file.append(toJsonLines(meter.sample()));
      samples++;
    } catch (error) {
      stop();
      fail(messageOf(error));
    }
  });
  if (ended) stopTicks();
  return {
    source: meter.source,
    get samples() {
      return samples;
    },
    failed,
    stepped: (progress) => meter.stepped(progress),
    stop,
  };
}
