import type { GpuLog } from '../gpu/records/gpuRecord.js';
import { percent } from '../percent.js';
import { quantile } from '../scores/quantile.js';
import { type BarFigure, barFigure } from './charts/barFigure.js';
import { BAND_COLOR, GREY, PALETTE } from './charts/chartSpec.js';
import { type PanelFigure, panelFigure } from './charts/panelFigure.js';
import type { HeatRows, LanePanel, Panel } from './charts/panelSpec.js';
import type { TrackColumn } from './charts/thinnedTracks.js';
import { type RunMoment, runMarks } from './runMarks.js';
import {
  type DeviceOverTime,
  type HostOverTime,
  type HostTrack,
  type UseOverTime,
  useOverTime,
} from './useOverTime.js';

/** More lanes than these are no longer read: then the heat map and the band over all devices speak. */
const MOST_LANES = 8;
const USED = PALETTE[0];
const UNUSED = '#b0b0b0';
const RUN = PALETTE[1];
const HOST = PALETTE[2];

/** A log, or what was gathered of one that is too long to hold. */
export type UseLog = Pick<GpuLog, 'samples'> | UseOverTime;

/**
 * Utilisation over time: a heat map of all devices, a lane a device (of at most eight), how it is spread over the devices in
 * use, and, of our own recordings, what the run and the host did meanwhile, with marks at `moments` of the run, by default at some steps.
 * @example
 * display(gpuUtilizationFigure(await readGpuLog(inRepository('data/gpustat/k80x8_2018.txt'))));
 */
export function gpuUtilizationFigure(log: UseLog, moments?: readonly RunMoment[]): PanelFigure {
  const use = gathered(log);
  const { meanPercent, idleShare } = use.summary;
  const said = meanPercent === null ? '' : `: mean ${meanPercent.toFixed(1)} %, idle ${percent(idleShare!)}`;
  return panelFigure({
    title:
      use.summary.devices.length === 0
        ? `Use of ${placeOf(use)}`
        : `GPU utilisation${said} (${placeOf(use)})`,
    x: axisOf(use),
    panels: [
      ...heatPanel(use),
      ...lanes(use, 'utilization', () => ({ unit: '%', range: [0, 100] })),
      ...spreadPanels(use),
      ...use.hosts.flatMap((host) => hostPanels(host, use.hosts.length > 1)),
    ],
    marks: use.hosts.slice(0, 1).flatMap((host) => runMarks(host, moments)),
  });
}

/**
 * Memory in use over time: a lane a device, up to the memory that it has.
 * @example
 * display(gpuMemoryFigure(await readGpuLog(inRepository('data/gpustat/k80x8_2018.txt'))));
 */
export function gpuMemoryFigure(log: UseLog): PanelFigure {
  const use = gathered(log);
  return panelFigure({
    title: `GPU memory over time (${placeOf(use)})`,
    x: axisOf(use),
    panels: lanes(use, 'memory', ({ memoryTotalMiB, peakMemoryMiB }) => {
      const top = Math.max(memoryTotalMiB ?? 0, peakMemoryMiB ?? 0, 1);
      return { unit: 'MiB', range: [0, top], ...(memoryTotalMiB === null ? {} : { limit: memoryTotalMiB }) };
    }),
  });
}

/**
 * The most memory that was taken of what each device has; by process where the log names them.
 * @example
 * display(gpuMemoryBars(await readGpuLog(inRepository('data/gpustat/k80x8_2018.txt'))));
 */
export function gpuMemoryBars(log: UseLog): BarFigure {
  const use = gathered(log);
  return barFigure({
    title: `GPU memory, the most that was taken (${placeOf(use)})`,
    unit: 'MiB',
    bars: devicesOf(use).map((device) => ({
      label: device.label,
      total: device.memoryTotalMiB,
      parts: partsOf(device),
    })),
  });
}

function gathered(log: UseLog): UseOverTime {
  return 'summary' in log ? log : useOverTime(log);
}

function devicesOf({ hosts }: UseOverTime): readonly DeviceOverTime[] {
  return hosts.flatMap(({ devices }) => devices);
}

function placeOf({ summary, hosts }: UseOverTime): string {
  const names = [...new Set(summary.devices.map(({ name }) => name ?? 'GPU'))].join(', ');
  const places = hosts.flatMap(({ host }) => host ?? []).join(', ');
  return [names, places].filter((part) => part !== '').join(' on ') || 'nothing';
}

function axisOf({ timed, hosts, summary }: UseOverTime): PanelFigure['x'] {
  const columns = hosts.flatMap((host) => [...host.columns.slice(0, 1), ...host.columns.slice(-1)]);
  if (columns.length === 0) return { title: 'time (nothing is recorded)', type: 'linear', range: [0, 1] };
  const from = Math.min(...columns.map((column) => column.from));
  const to = Math.max(...columns.map((column) => column.to));
  const range = [from, to] as const;
  if (!timed) return { title: 'sample (the log has no times)', type: 'linear', range };
  return { title: `time (${summary.firstTime?.slice(0, 10)})`, type: 'date', range };
}

function heatPanel(use: UseOverTime): Panel[] {
  const hosts = use.hosts.filter(({ devices }) => devices.length > 0).map(heatRows);
  if (hosts.length === 0) return [];
  return [{ kind: 'heat', label: 'all', unit: '%', range: [0, 100], hosts }];
}

/** A gap is a column without values. */
function heatRows({ columns, devices }: HostOverTime): HeatRows {
  const edges: number[] = [];
  const shown: (TrackColumn | undefined)[] = [];
  for (const [at, column] of columns.entries()) {
    edges.push(column.from);
    shown.push(column);
    const next = columns[at + 1];
    if (next === undefined) edges.push(column.to);
    else if (column.endsInGap && next.from > column.to) {
      edges.push(column.to);
      shown.push(undefined);
    }
  }
  return {
    edges,
    rows: devices.map(({ label, utilization }) => ({
      label,
      values: shown.map((column) => column?.cells[utilization]?.mean ?? null),
    })),
  };
}

function lanes(
  use: UseOverTime,
  measure: 'utilization' | 'memory',
  scale: (device: DeviceOverTime) => Pick<LanePanel, 'unit' | 'range' | 'limit'>,
): Panel[] {
  const all = devicesOf(use).length;
  const shown = (device: DeviceOverTime): boolean =>
    all <= MOST_LANES || (measure === 'memory' && device.used);
  return use.hosts.flatMap((host) =>
    host.devices.filter(shown).map((device): Panel => {
      const color = device.used ? USED : UNUSED;
      const label = device.used ? device.label : `${device.label} (unused)`;
      return {
        ...{ kind: 'lane', label, ...scale(device) },
        curves: [{ name: device.label, ...curveOf(host.columns, device[measure]), color }],
      };
    }),
  );
}

/**
 * The lowest and the highest value of each column, in their order; all tracks of a host have the same x. A track that has no
 * value in some columns is drawn across them, up to `across`: a monitor may skip a round.
 */
function curveOf(
  columns: readonly TrackColumn[],
  track: number,
  { factor = 1, across = 2 }: { factor?: number; across?: number } = {},
): { x: number[]; y: (number | null)[] } {
  const x: number[] = [];
  const y: (number | null)[] = [];
  const add = (at: number, value: number | null): void => {
    x.push(at);
    y.push(value);
  };
  let missing = 0;
  for (const { from, to, endsInGap, cells } of columns) {
    const cell = cells[track];
    if (cell === undefined) {
      if (missing++ === across) add(from, null);
    } else {
      missing = 0;
      const [first, second] = cell.rises ? [cell.low, cell.high] : [cell.high, cell.low];
      add(from, first * factor);
      if (cells.some((each) => each !== undefined && each.low !== each.high))
        add((from + to) / 2, second * factor);
    }
    if (endsInGap) add(to, null);
  }
  return { x, y };
}

/** How utilisation is spread over the devices in use, where there are several. */
function spreadPanels(use: UseOverTime): Panel[] {
  return use.hosts.flatMap((host): Panel[] => {
    const used = host.devices.filter((device) => device.used);
    if (used.length < 2) return [];
    const x: number[] = [];
    const bands: (readonly (number | null)[])[] = [];
    for (const { from, to, endsInGap, cells } of host.columns) {
      const means = used.flatMap(({ utilization }) => cells[utilization]?.mean ?? []).sort((a, b) => a - b);
      x.push(from);
      bands.push([0, 0.25, 0.5, 0.75, 1].map((q) => (means.length === 0 ? null : quantile(means, q))));
      if (!endsInGap) continue;
      x.push(to);
      bands.push([null, null, null, null, null]);
    }
    const curve = (at: number): (number | null)[] => bands.map((each) => each[at]!);
    return [
      {
        ...{ kind: 'lane', label: `spread over ${used.length}`, unit: '%', range: [0, 100], height: 70 },
        bands: [
          { name: 'least to most', x, low: curve(0), high: curve(4), color: BAND_COLOR },
          { name: 'middle half', x, low: curve(1), high: curve(3), color: '#92bfdf' },
        ],
        curves: [{ name: 'median', x, y: curve(2), color: USED }],
      },
    ];
  });
}

interface HostLane {
  readonly label: string;
  readonly unit: string;
  readonly color: string;
  /** Fixed upper end; else the highest value. */
  readonly top?: number;
  readonly factor?: number;
}

const HOST_LANES: Readonly<Record<Exclude<HostTrack, 'step'>, HostLane>> = {
  stepMilliseconds: { label: 'a step takes', unit: 'ms', color: RUN },
  waitShare: { label: 'steps wait', unit: '%', color: RUN, top: 100, factor: 100 },
  cpuPercent: { label: 'processors', unit: '%', color: HOST, top: 100 },
  diskReadMBPerSecond: { label: 'disks read', unit: 'MB/s', color: HOST },
};

function hostPanels({ host, columns, tracks }: HostOverTime, several: boolean): Panel[] {
  return Object.entries(HOST_LANES).flatMap(([name, { label, unit, color, top, factor = 1 }]): Panel[] => {
    const track = tracks[name as HostTrack];
    if (track === undefined) return [];
    const highest = columns.reduce(
      (most, { cells }) => Math.max(most, (cells[track]?.high ?? 0) * factor),
      0,
    );
    const own = several ? `${host ?? '?'} ${label}` : label;
    return [
      {
        ...{ kind: 'lane', label: own, unit, range: [0, top ?? (highest || 1)] },
        curves: [
          { name: own, ...curveOf(columns, track, { factor, across: Number.POSITIVE_INFINITY }), color },
        ],
      },
    ];
  });
}

function partsOf({
  peakMemoryMiB,
  processes,
  used,
}: DeviceOverTime): { name: string; value: number; color: string }[] {
  if (peakMemoryMiB === null) return [];
  let rest = peakMemoryMiB;
  const parts = processes.flatMap(({ name, peakMiB }, at) => {
    const value = Math.min(rest, peakMiB);
    rest -= value;
    return value > 0 ? [{ name, value, color: PALETTE[at % PALETTE.length]! }] : [];
  });
  const others =
    processes.length === 0
      ? { name: 'in use', color: used ? USED : UNUSED }
      : { name: 'others', color: GREY };
  return rest > 0 ? [...parts, { ...others, value: rest }] : parts;
}
