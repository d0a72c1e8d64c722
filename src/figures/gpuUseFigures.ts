import { deviceKey, type GpuLog, type GpuRecord, type GpuSample } from '../gpu/gpuRecord.js';
import { spreadTimes } from '../gpu/timeAxis.js';
import { type Chart, chart, type Trace } from './figure.js';

/** Utilisation of each GPU over time, in percent. */
export function gpuUtilizationFigure(log: GpuLog): Chart {
  return overTime(log, 'GPU utilisation', 'utilisation (%)', [0, 100], (record) => record.utilizationPercent);
}

/** Memory in use on each GPU over time, in MiB. */
export function gpuMemoryFigure(log: GpuLog): Chart {
  let top = 0;
  for (const { devices } of log.samples)
    for (const { memoryTotalMiB } of devices) top = Math.max(top, memoryTotalMiB ?? 0);
  return overTime(
    log,
    'GPU memory',
    'memory in use (MiB)',
    top === 0 ? undefined : [0, top],
    (record) => record.memoryUsedMiB,
  );
}

/** Samples of one host: each has a clock of its own. */
interface HostLog {
  readonly host: string | null;
  readonly samples: readonly GpuSample[];
}

function overTime(
  log: GpuLog,
  title: string,
  unit: string,
  range: readonly [number, number] | undefined,
  measure: (record: GpuRecord) => number | null,
): Chart {
  const hosts = hostsOf(log);
  const timed = log.samples.every(({ time }) => time !== null);
  const names = new Set(log.samples.flatMap(({ devices }) => devices.map(({ name }) => name ?? 'GPU')));
  const on = hosts.flatMap(({ host }) => host ?? []).join(', ');
  const day = timed ? spreadTimes(log)[0]?.slice(0, 10) : undefined;
  return chart({
    title: `${title}: ${[...names].join(', ')}${on === '' ? '' : ` on ${on}`}`,
    // A log without times has an order all the same.
    x: timed ? { title: `time (${day})`, type: 'date' } : { title: 'sample (the log has no times)' },
    y: { title: unit, ...(range === undefined ? {} : { range }) },
    traces: hosts.flatMap((host) => tracesOf(host, hosts.length > 1, timed, measure)),
  });
}

function hostsOf({ samples }: GpuLog): readonly HostLog[] {
  const hosts = new Map<string | null, GpuSample[]>();
  for (const sample of samples) {
    const own = hosts.get(sample.host);
    if (own === undefined) hosts.set(sample.host, [sample]);
    else own.push(sample);
  }
  return [...hosts].map(([host, own]) => ({ host, samples: own }));
}

function tracesOf(
  { host, samples }: HostLog,
  several: boolean,
  timed: boolean,
  measure: (record: GpuRecord) => number | null,
): Trace[] {
  const x = timed ? (spreadTimes({ samples }) as string[]) : samples.map((_, sample) => sample + 1);
  const devices = new Map<string, { record: GpuRecord; y: (number | null)[] }>();
  for (const [at, sample] of samples.entries())
    for (const record of sample.devices) {
      const key = deviceKey(record);
      const device = devices.get(key) ?? { record, y: Array<number | null>(samples.length).fill(null) };
      devices.set(key, device);
      device.y[at] = measure(record);
    }
  return [...devices.values()]
    .sort((a, b) => (a.record.index ?? 0) - (b.record.index ?? 0))
    .map(({ record, y }) => ({ name: `${several ? `${host ?? '?'} ` : ''}${deviceName(record)}`, x, y }));
}

function deviceName({ index, uuid }: GpuRecord): string {
  return `GPU ${index ?? uuid ?? '?'}`;
}
