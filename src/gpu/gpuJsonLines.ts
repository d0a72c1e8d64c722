import { InputError } from '../errors.js';
import type { GpuLog, GpuRecord, GpuSample } from './gpuRecord.js';

/** A sample as `voxlab gpu convert` prints it: one line a GPU. */
export function toJsonLines({ samples }: GpuLog): string {
  return samples.flatMap(({ devices }) => devices.map((record) => `${JSON.stringify(record)}\n`)).join('');
}

/**
 * Reads JSON lines of `voxlab gpu convert`: a new sample begins where an index comes again, or host or time change.
 * Throws InputError with file, line and what is wrong.
 */
export function parseGpuJsonLines(text: string, file: string): GpuLog {
  const samples: { time: string; host: string | null; devices: GpuRecord[] }[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const record = recordOf(line, file, at + 1);
    const present = samples.at(-1);
    const sameSample =
      present !== undefined &&
      present.time === record.time &&
      present.host === record.host &&
      !present.devices.some(({ index }) => index === record.index);
    if (sameSample) present.devices.push(record);
    else samples.push({ time: record.time, host: record.host, devices: [record] });
  }
  if (samples.length === 0) throw new InputError(file, 'expected JSON lines of GPU use, found none');
  return { samples: samples satisfies GpuSample[], ignoredLines: [] };
}

function recordOf(line: string, file: string, number: number): GpuRecord {
  const record = objectOf(line);
  if (record === undefined)
    throw new InputError(file, `expected a JSON record, received ${JSON.stringify(line.slice(0, 60))}`, {
      line: number,
    });
  if (typeof record.time !== 'string' || Number.isNaN(Date.parse(record.time)))
    throw new InputError(file, `time: expected ISO 8601, received ${JSON.stringify(record.time)}`, {
      line: number,
    });
  if (!Number.isInteger(record.index))
    throw new InputError(file, `index: expected a whole number, received ${JSON.stringify(record.index)}`, {
      line: number,
    });
  const numeric = [
    'utilizationPercent',
    'memoryUsedMiB',
    'memoryTotalMiB',
    'temperatureC',
    'powerW',
  ] as const;
  for (const key of numeric)
    if (record[key] !== undefined && record[key] !== null && !Number.isFinite(record[key]))
      throw new InputError(
        file,
        `${key}: expected a number or null, received ${JSON.stringify(record[key])}`,
        {
          line: number,
        },
      );
  return {
    time: record.time,
    host: record.host ?? null,
    index: record.index!,
    uuid: record.uuid ?? null,
    name: record.name ?? null,
    utilizationPercent: record.utilizationPercent ?? null,
    memoryUsedMiB: record.memoryUsedMiB ?? null,
    memoryTotalMiB: record.memoryTotalMiB ?? null,
    temperatureC: record.temperatureC ?? null,
    powerW: record.powerW ?? null,
    processes: record.processes ?? null,
  };
}

/** Undefined where the line holds no JSON, or JSON that is no object (`null` is one in JavaScript). */
function objectOf(line: string): Partial<GpuRecord> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
