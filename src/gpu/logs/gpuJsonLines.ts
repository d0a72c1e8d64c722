import type { GpuProcess, GpuRecord, GpuSample } from '../records/gpuRecord.js';
import type { HostRecord } from '../records/hostUse.js';
import { type JsonObject, listField, numberField, textField } from './jsonFields.js';
import { LeftOutError, readOrReason } from './leftOut.js';
import { parseIsoTime } from './logTime.js';

/** A sample as `voxlab gpu convert` prints it: one line a GPU, below one of the host where that was recorded. */
export function toJsonLines({ time, host, use, devices }: GpuSample): string {
  const own = use === undefined ? '' : `${JSON.stringify({ time, host, ...use } satisfies HostRecord)}\n`;
  return own + devices.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Whether a line says something of a host, not of a GPU. */
export function isHostLine(line: JsonObject): boolean {
  return 'cpuPercent' in line;
}

/** A line of a host: its record, or why it is left out. */
export function hostRecordOf(line: JsonObject): HostRecord | string {
  return readOrReason(() => ({
    time: timeOf(line),
    host: textField(line, 'host'),
    cpuPercent: numberField(line, 'cpuPercent', { most: 100 }),
    processMemoryMiB: numberField(line, 'processMemoryMiB'),
    diskReadMBPerSecond: numberField(line, 'diskReadMBPerSecond'),
    step: numberField(line, 'step', { whole: true }),
    stepMilliseconds: numberField(line, 'stepMilliseconds'),
    waitShare: numberField(line, 'waitShare', { most: 1 }),
  }));
}

/** A line of `voxlab gpu convert`: its record, or why it is left out. */
export function gpuRecordOf(line: JsonObject): GpuRecord | string {
  return readOrReason(() => {
    const time = timeOf(line);
    const index = numberField(line, 'index', { whole: true });
    const uuid = textField(line, 'uuid');
    if (!('index' in line) && uuid === null)
      throw new LeftOutError('index: expected a whole number, received nothing');
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
  });
}

/** Null is what convert writes of a log without times. */
function timeOf(line: JsonObject): string | null {
  if (line.time === null) return null;
  const time = typeof line.time === 'string' ? parseIsoTime(line.time) : undefined;
  if (time !== undefined) return time;
  throw new LeftOutError(`time: expected ISO 8601, received ${JSON.stringify(line.time) ?? 'nothing'}`);
}

function processOf(process: JsonObject): GpuProcess {
  return {
    user: textField(process, 'user'),
    command: textField(process, 'command'),
    pid: numberField(process, 'pid', { whole: true }),
    memoryMiB: numberField(process, 'memoryMiB'),
  };
}
