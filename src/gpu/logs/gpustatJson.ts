import type { GpuProcess, GpuRecord, GpuSample } from '../records/gpuRecord.js';
import { knownOrNull } from './gpustatProcesses.js';
import { type JsonObject, listField, numberField, textField } from './jsonFields.js';
import { LeftOutError, readOrReason } from './leftOut.js';
import { parseIsoTime } from './logTime.js';

/** gpustat's word in fields of a GPU that is lost. */
const UNKNOWN = { unknown: ['?', '??'] };

/** A document of `gpustat --json`: a sample, or why it is left out. */
export function gpustatSample(document: JsonObject): GpuSample | string {
  return readOrReason(() => {
    const time = parseIsoTime(textField(document, 'query_time') ?? '');
    if (time === undefined)
      throw new LeftOutError(
        `query_time: expected ISO 8601, received ${JSON.stringify(document.query_time)}`,
      );
    const host = textField(document, 'hostname');
    const devices = (listField(document, 'gpus') ?? []).map((gpu) => deviceOf(gpu, time, host));
    if (devices.length === 0) throw new LeftOutError('a document without a GPU');
    if (new Set(devices.map(({ index }) => index)).size < devices.length)
      throw new LeftOutError('a document with a GPU twice: two programs wrote at once');
    return { time, host, devices };
  });
}

function deviceOf(gpu: JsonObject, time: string, host: string | null): GpuRecord {
  const index = numberField(gpu, 'index', { whole: true });
  if (index === null) throw new LeftOutError('index: expected a whole number, received nothing');
  return {
    time,
    host,
    index,
    uuid: textField(gpu, 'uuid'),
    name: knownOrNull(textField(gpu, 'name')),
    utilizationPercent: numberField(gpu, 'utilization.gpu', { most: 100, ...UNKNOWN }),
    memoryUsedMiB: numberField(gpu, 'memory.used', UNKNOWN),
    memoryTotalMiB: numberField(gpu, 'memory.total', UNKNOWN),
    temperatureC: numberField(gpu, 'temperature.gpu', { least: -273, ...UNKNOWN }),
    powerW: numberField(gpu, 'power.draw', UNKNOWN),
    processes: processesOf(gpu),
  };
}

/** gpustat 0.x writes its words for an unknown list, 1.x a null. */
function processesOf(gpu: JsonObject): GpuRecord['processes'] {
  if (gpu.processes === '(Not Supported)' || gpu.processes === 'Not Supported') return null;
  return listField(gpu, 'processes')?.map(processOf) ?? null;
}

function processOf(process: JsonObject): GpuProcess {
  return {
    user: knownOrNull(textField(process, 'username')),
    command: knownOrNull(textField(process, 'command')),
    pid: numberField(process, 'pid', { whole: true }),
    memoryMiB: numberField(process, 'gpu_memory_usage', UNKNOWN),
  };
}
