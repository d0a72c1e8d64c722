import type { GpuLog, GpuRecord } from '../gpu/gpuRecord.js';
import { spreadTimes } from '../gpu/timeAxis.js';
import { type Chart, chart } from './figure.js';

/** Utilisation of each GPU over time, in percent. */
export function gpuUtilizationFigure(log: GpuLog): Chart {
  return overTime(log, 'GPU utilisation', 'utilisation (%)', [0, 100], (record) => record.utilizationPercent);
}

/** Memory in use on each GPU over time, in MiB. */
export function gpuMemoryFigure(log: GpuLog): Chart {
  const totals = log.samples.flatMap(({ devices }) =>
    devices.flatMap(({ memoryTotalMiB }) => memoryTotalMiB ?? []),
  );
  const top = totals.length === 0 ? undefined : Math.max(...totals);
  return overTime(
    log,
    'GPU memory',
    'memory in use (MiB)',
    top === undefined ? undefined : [0, top],
    (record) => record.memoryUsedMiB,
  );
}

function overTime(
  log: GpuLog,
  title: string,
  unit: string,
  range: readonly [number, number] | undefined,
  measure: (record: GpuRecord) => number | null,
): Chart {
  const times = spreadTimes(log);
  const indexes = [...new Set(log.samples.flatMap(({ devices }) => devices.map(({ index }) => index)))].sort(
    (a, b) => a - b,
  );
  const names = new Set(log.samples.flatMap(({ devices }) => devices.map(({ name }) => name ?? 'GPU')));
  const host = log.samples[0]?.host;
  const day = times[0]?.slice(0, 10);
  return chart({
    title: `${title}: ${[...names].join(', ')}${host === null || host === undefined ? '' : ` on ${host}`}`,
    x: { title: `time (${day})`, type: 'date' },
    y: { title: unit, ...(range === undefined ? {} : { range }) },
    traces: indexes.map((index) => ({
      name: `GPU ${index}`,
      x: times,
      y: log.samples.map(({ devices }) => {
        const record = devices.find((device) => device.index === index);
        return record === undefined ? null : measure(record);
      }),
    })),
  });
}
