import type { GpuProcess, GpuRecord, GpuSample } from './gpuRecord.js';
import { FieldError, type JsonObject, listField, numberField, textField } from './jsonFields.js';
import { parseIsoTime } from './logTime.js';

/** A sample as `voxlab gpu convert` prints it: one line a GPU. */
export function toJsonLines({ devices }: GpuSample): string {
  return devices.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** A line of `voxlab gpu convert`: its record, or why it is left out. */
export function gpuRecordOf(line: JsonObject): GpuRecord | string {
  try {
    const time = timeOf(line);
    const index = numberField(line, 'index', { whole: true });
    const uuid = textField(line, 'uuid');
    if (!('index' in line) && uuid === null) return 'index: expected a whole number, received nothing';
    return {
      time,
      host: textField(line, 'host'),
      index,
      uuid,
      name: textField(line, 'name'),
      utilizationPercent: numberField(line, 'utilizationPercent', { most: 100 }),
      memoryUsedMiB: numberField(line, 'memoryUsedMiB'),
      memoryTotalMiB: numberField(line, 'memoryTotalMiB'),
      temperatureC: numberField(line, 'temperatureC', { least: -273 }),
      powerW: numberField(line, 'powerW'),
      processes: listField(line, 'processes')?.map(processOf) ?? null,
    };
  } catch (error) {
    if (error instanceof FieldError) return error.message;
    throw error;
  }
}

/** Null is what convert writes of a log without times. */
function timeOf(line: JsonObject): string | null {
  if (line.time === null) return null;
  const time = typeof line.time === 'string' ? parseIsoTime(line.time) : undefined;
  if (time !== undefined) return time;
  throw new FieldError(`time: expected ISO 8601, received ${JSON.stringify(line.time) ?? 'nothing'}`);
}

function processOf(process: JsonObject): GpuProcess {
  return {
    user: textField(process, 'user'),
    command: textField(process, 'command'),
    pid: numberField(process, 'pid', { whole: true }),
    memoryMiB: numberField(process, 'memoryMiB'),
  };
}
