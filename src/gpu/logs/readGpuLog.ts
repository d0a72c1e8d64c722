import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import type { GpuLog, GpuSample, IgnoredLine } from '../records/gpuRecord.js';
import { logText } from './logBytes.js';
import { FORMAT_NAMES, FormatChooser } from './logFormat.js';
import { LineCutter } from './logLines.js';
import type { LogSink } from './logReader.js';

/** Numbers and reasons are kept of so many ignored lines; the rest is counted. */
const IGNORED_KEPT = 1000;

/** What reading says beside the samples; filled while they come. */
export interface GpuLogNotes {
  /** As `text of gpustat`. */
  readonly format: string | undefined;
  readonly ignoredCount: number;
  /** The first thousand. */
  readonly ignored: readonly IgnoredLine[];
}

/** A log that is read piece by piece: `for await (const sample of openGpuLog(file).samples)`. */
export interface OpenGpuLog {
  readonly samples: AsyncGenerator<GpuSample, void, void>;
  readonly notes: GpuLogNotes;
}

class Collector implements LogSink {
  batch: GpuSample[] = [];
  ignoredCount = 0;
  readonly ignored: IgnoredLine[] = [];

  sample(sample: GpuSample): void {
    this.batch.push(sample);
  }

  ignore(line: number, reason: string): void {
    this.ignoredCount++;
    if (this.ignored.length < IGNORED_KEPT) this.ignored.push({ line, reason });
  }
}

/**
 * Reads a log of GPU use of any known format, told by its content, packed by gzip or not, as it is written by its tool; memory
 * does not grow with the file. Throws InputError for a file that cannot be read or holds no sample.
 * @example
 * const { samples, notes } = openGpuLog(inRepository('data/gpustat/k80x8_2018.txt'));
 * let records = 0;
 * for await (const { devices } of samples) records += devices.length;
 * records //=> 400
 * notes.format //=> 'text of gpustat'
 */
export function openGpuLog(file: string): OpenGpuLog {
  const collector = new Collector();
  const chooser = new FormatChooser(collector);
  const notes: GpuLogNotes = {
    get format() {
      return chooser.format;
    },
    get ignoredCount() {
      return collector.ignoredCount;
    },
    ignored: collector.ignored,
  };
  return { samples: samplesOf(file, collector, chooser), notes };
}

/**
 * Reads a whole log into memory. Throws InputError.
 * @example
 * const { samples } = await readGpuLog(inRepository('data/gpustat/k80x8_2018.txt'));
 * samples.length //=> 50
 * samples[0].devices[0].memoryTotalMiB //=> 11441
 */
export async function readGpuLog(file: string): Promise<GpuLog> {
  const { samples, notes } = openGpuLog(file);
  const read: GpuSample[] = [];
  for await (const sample of samples) read.push(sample);
  const { format, ignored, ignoredCount } = notes;
  return {
    samples: read,
    ...given({ format }),
    ignored,
    ignoredCount,
    ignoredLines: ignored.map(({ line }) => line),
  };
}

async function* samplesOf(
  file: string,
  collector: Collector,
  chooser: FormatChooser,
): AsyncGenerator<GpuSample, void, void> {
  const cutter = new LineCutter(chooser, (line) => collector.ignore(line, 'longer than a megabyte'));
  let found = false;
  const taken = (): GpuSample[] => {
    const { batch } = collector;
    collector.batch = [];
    found ||= batch.length > 0;
    return batch;
  };
  for await (const piece of logText(file)) {
    cutter.push(piece);
    yield* taken();
  }
  cutter.end();
  yield* taken();
  if (!found) throw nothingFound(file, collector, chooser.format);
}

function nothingFound(file: string, { ignored }: Collector, format: string | undefined): InputError {
  const first = ignored[0];
  if (format === undefined || first === undefined)
    return new InputError(file, `expected a log of GPU use (${FORMAT_NAMES}), found none of them`);
  return new InputError(file, `expected ${format}, found no whole sample: ${first.reason}`, {
    line: first.line,
  });
}
