import type { DeviceSummary, Load } from '../gpu/deviceTally.js';
import type { HostSummary } from '../gpu/hostTally.js';
import { deviceLabeller } from '../gpu/records/gpuRecord.js';
import type { GpuSummary } from '../gpu/summary.js';
import { formatSeconds } from '../progress.js';

/** A summary for people: a line a device, one for all that were used, and the findings. */
export function gpuSummaryText(summary: GpuSummary): string {
  const { samples, firstTime, lastTime, devices, hosts, findings } = summary;
  const span = firstTime === null ? 'without times' : `from ${firstTime} to ${lastTime}`;
  const labelOf = deviceLabeller(devices);
  const lines = [
    `${samples} samples ${span}`,
    ...devices.map((device) => `  ${labelOf(device)}  ${(device.name ?? '?').padEnd(16)}  ${useOf(device)}`),
    ...(devices.length === 0 ? [] : [`  all used  ${overAll(summary)}`]),
    ...hosts.map((host) => `  ${host.host ?? 'host'}  ${hostText(host)}`),
    ...(findings.length === 0 ? [] : ['findings']),
    ...findings.map(({ text }) => `  - ${text}`),
  ];
  return lines.join('\n').concat('\n');
}

function useOf(device: DeviceSummary): string {
  if (!device.used) return 'not used';
  const { peakMemoryMiB, memoryTotalMiB, longestIdleSeconds, energyWh } = device;
  return [
    loadText(device),
    ...(longestIdleSeconds === null ? [] : [`longest idle ${duration(longestIdleSeconds)}`]),
    `at most ${peakMemoryMiB ?? '?'}${memoryTotalMiB === null ? '' : ` of ${memoryTotalMiB}`} MiB`,
    ...(energyWh === null ? [] : [`${energyWh.toPrecision(3)} Wh`]),
  ].join(', ');
}

function overAll(summary: GpuSummary): string {
  const { imbalance, energyWh } = summary;
  return [
    loadText(summary),
    ...(imbalance === null ? [] : [`busiest ${percent(100 * imbalance)} % above the mean`]),
    ...(energyWh === null ? [] : [`${energyWh.toPrecision(3)} Wh`]),
  ].join(', ');
}

function hostText(host: HostSummary): string {
  const { meanCpuPercent, peakProcessMemoryMiB, meanDiskReadMBPerSecond, lastStep } = host;
  const { meanStepMilliseconds, waitShare } = host;
  return [
    `processors ${percent(meanCpuPercent)} %`,
    ...(peakProcessMemoryMiB === null ? [] : [`process at most ${peakProcessMemoryMiB.toFixed(0)} MiB`]),
    ...(meanDiskReadMBPerSecond === null ? [] : [`disks read ${meanDiskReadMBPerSecond.toFixed(1)} MB/s`]),
    ...(lastStep === null ? [] : [`step ${lastStep}`]),
    ...(meanStepMilliseconds === null ? [] : [`${meanStepMilliseconds.toFixed(0)} ms a step`]),
    ...(waitShare === null ? [] : [`steps waited ${share(waitShare)} % of their time for data`]),
  ].join(', ');
}

function loadText({ meanPercent, medianPercent, idleShare, busyShare, dutyCycle }: Load): string {
  return `mean ${percent(meanPercent).padStart(5)} %, median ${percent(medianPercent).padStart(5)} %, idle ${share(idleShare).padStart(5)} % of samples, above 90 % in ${share(busyShare).padStart(4)} %, at work ${share(dutyCycle).padStart(5)} % of the time`;
}

function duration(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : formatSeconds(seconds);
}

function share(value: number | null): string {
  return percent(value === null ? null : 100 * value);
}

function percent(value: number | null): string {
  return value === null ? '?' : value.toFixed(1);
}
