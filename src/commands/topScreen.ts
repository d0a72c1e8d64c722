import { deviceLabeller, type GpuRecord, type GpuSample } from '../gpu/records/gpuRecord.js';
import { withoutControls } from '../withoutControls.js';

export interface TopView {
  /** Samples of the last minutes, the newest last. */
  readonly samples: readonly GpuSample[];
  readonly source: string | null;
  readonly intervalMs: number;
  /** Of the terminal. */
  readonly columns: number;
  readonly rows: number;
  /** Of the machine. */
  readonly memory: { readonly usedMiB: number; readonly totalMiB: number };
}

const STEPS = '▁▂▃▄▅▆▇█';
const FULL = '█';
const EMPTY = '░';
/** Below it there is no room for bars. */
const ROOM_FOR_BARS = 70;

/** Lines of `voxlab gpu top`: none is wider than the terminal, and no more than it has rows. */
export function topScreen(view: TopView): string[] {
  const { samples, columns, rows } = view;
  const now = samples.at(-1);
  const head = headLine(view, now);
  const devices = now?.devices ?? [];
  const labelOf = deviceLabeller(devices);
  const blocks = devices.map((device) => deviceLines(view, device, labelOf(device)));
  const host = hostLines(view, now);
  const most = rows - 1 - host.length;
  const all = blocks.flat();
  // Where not all fits, processes and curves give way first, then devices.
  const shown = all.length <= most ? all : blocks.map(([first]) => first!);
  const left = shown.length - most;
  const lines = left > 0 ? [...shown.slice(0, most - 1), `... ${left + 1} more`] : shown;
  return [head, ...lines, ...host].slice(0, rows).map((line) => cut(withoutControls(line), columns));
}

function headLine({ source, intervalMs }: TopView, now: GpuSample | undefined): string {
  const from = source === null ? 'no GPU can be read' : `by ${source}`;
  return [
    now?.host ?? '',
    now?.time?.slice(11, 19) ?? '',
    from,
    `every ${intervalMs / 1000} s`,
    'Ctrl-C ends',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function deviceLines(view: TopView, device: GpuRecord, label: string): string[] {
  const { columns } = view;
  const { name, utilizationPercent, memoryUsedMiB, memoryTotalMiB, temperatureC, powerW, processes } = device;
  const wide = columns >= ROOM_FOR_BARS;
  const barWidth = wide ? Math.max(6, Math.floor((columns - 64) / 2)) : 0;
  const memoryShare =
    memoryUsedMiB === null || memoryTotalMiB === null ? null : memoryUsedMiB / Math.max(1, memoryTotalMiB);
  const parts = [
    label,
    `${shown(utilizationPercent, 3)} %`,
    ...(wide ? [bar(utilizationPercent === null ? null : utilizationPercent / 100, barWidth)] : []),
    `${shown(memoryUsedMiB, 6)}/${shown(memoryTotalMiB, 0)} MiB`,
    ...(wide ? [bar(memoryShare, barWidth)] : []),
    `${shown(temperatureC, 0)} °C`,
    `${shown(powerW, 0)} W`,
    ...(wide ? [] : [name ?? '']),
  ];
  const running = (processes ?? []).map(
    ({ user, command, pid, memoryMiB }) =>
      `    ${pid ?? '?'} ${user ?? '?'} ${command ?? '?'} ${shown(memoryMiB, 0)} MiB`,
  );
  const curve = `    ${wide && name !== null ? `${name}  ` : ''}${history(view, device)}`;
  return [parts.join('  '), curve, ...running];
}

/** Utilisation of the last samples, one letter each. */
function history({ samples, columns }: TopView, { index, uuid, name }: GpuRecord): string {
  const room = Math.max(0, columns - 8 - (name?.length ?? 0));
  return samples
    .slice(-room || samples.length)
    .map(({ devices }) => devices.find((device) => device.index === index && device.uuid === uuid))
    .map((device) => step(device?.utilizationPercent ?? null))
    .join('');
}

function hostLines({ samples, memory, columns }: TopView, now: GpuSample | undefined): string[] {
  const use = now?.use;
  const gib = (mebibytes: number): string => (mebibytes / 1024).toFixed(1);
  const cpu = use?.cpuPercent ?? null;
  const line = [
    'host ',
    `${shown(cpu, 3)} %`,
    ...(columns >= ROOM_FOR_BARS ? [bar(cpu === null ? null : cpu / 100, 12)] : []),
    `memory ${gib(memory.usedMiB)}/${gib(memory.totalMiB)} GiB`,
    `disks ${use?.diskReadMBPerSecond?.toFixed(1) ?? '?'} MB/s`,
  ].join('  ');
  const curve = samples
    .slice(-Math.max(1, columns - 4))
    .map((sample) => step(sample.use?.cpuPercent ?? null));
  return [line, `    ${curve.join('')}`];
}

function bar(share: number | null, width: number): string {
  const full = Math.round(Math.max(0, Math.min(1, share ?? 0)) * width);
  return FULL.repeat(full) + EMPTY.repeat(width - full);
}

function step(percent: number | null): string {
  if (percent === null) return ' ';
  return STEPS[Math.min(STEPS.length - 1, Math.floor((percent / 100) * STEPS.length))]!;
}

function shown(value: number | null, width: number): string {
  return (value === null ? '?' : value.toFixed(0)).padStart(width);
}

function cut(line: string, columns: number): string {
  const letters = [...line];
  return letters.length <= columns ? line : `${letters.slice(0, Math.max(0, columns - 1)).join('')}…`;
}
