import { percent } from '../percent.js';
import type { DeviceSummary } from './deviceTally.js';
import type { GpuUse } from './gpuUse.js';
import { deviceLabeller } from './records/gpuRecord.js';
import { millisecondsOf } from './records/timeAxis.js';

/** What a log means, in words, and the numbers it rests on. */
export interface Finding {
  readonly rule: string;
  readonly text: string;
  readonly evidence: Readonly<Record<string, number | string | readonly string[]>>;
}

/** What a rule makes of the numbers: undefined where it has nothing to say. */
export type Rule = (use: GpuUse) => Omit<Finding, 'rule'> | undefined;

/** Less is what any run has between two epochs. */
const IDLE_WORTH_SAYING = 0.1;
/** So much more than chance that devices stand still at once. */
const MORE_THAN_CHANCE = 0.2;
const UNEVEN = 0.25;
const FEW_PERCENT = 50;
const MANY_PERCENT = 90;
const HOT_C = 85;
const LONG_IDLE_SECONDS = 30;
const LONG_IDLE_SHARE = 0.1;

/** Devices that were never used. */
export const unusedDevices: Rule = ({ devices }) => {
  const unused = devices.filter(({ used }) => !used);
  if (unused.length === 0) return;
  const names = namesOf(unused, devices);
  const text =
    unused.length === devices.length
      ? `none of the ${devices.length} GPUs was used`
      : `${unused.length} of ${devices.length} GPUs were never used: ${inWords(unused, devices)}`;
  return { text, evidence: { unused: names } };
};

/** Used devices stand still at the same moments: they wait for the same thing. */
export const fedTooSlowly: Rule = ({ devices, idleShare, idleTogetherShare }) => {
  const used = usedOf(devices).length;
  if (idleShare === null || idleTogetherShare === null || idleShare < IDLE_WORTH_SAYING) return;
  if (idleTogetherShare < idleShare + MORE_THAN_CHANCE) return;
  const text = `the ${used} GPUs in use stand still ${percent(idleShare)} of the time, together (when one does, so do ${percent(idleTogetherShare)} of the others): they wait for the same thing, fed too slowly`;
  return { text, evidence: { idleShare, idleTogetherShare } };
};

/** Used devices stand still, but not at once: they wait for each other. */
export const takeTurns: Rule = ({ devices, idleShare, idleTogetherShare }) => {
  const used = usedOf(devices).length;
  if (idleShare === null || idleTogetherShare === null || idleShare < IDLE_WORTH_SAYING) return;
  if (idleTogetherShare >= idleShare + MORE_THAN_CHANCE) return;
  const text = `the ${used} GPUs in use stand still ${percent(idleShare)} of the time, not together (when one does, so do ${percent(idleTogetherShare)} of the others): they wait for each other, or do work of their own`;
  return { text, evidence: { idleShare, idleTogetherShare } };
};

/** The only device in use stands still. */
export const oneWaits: Rule = ({ devices, idleShare }) => {
  const used = usedOf(devices);
  if (used.length !== 1 || idleShare === null || idleShare < IDLE_WORTH_SAYING) return;
  const text = `${namesOf(used, devices)[0]} stands still ${percent(idleShare)} of the time: it waits for data, or for what happens between steps`;
  return { text, evidence: { idleShare } };
};

/** The run itself says that its steps waited for their batches. */
export const runWaits: Rule = ({ hosts }) => {
  const known = hosts.filter(({ waitShare }) => waitShare !== null);
  const most = known.toSorted((a, b) => b.waitShare! - a.waitShare!)[0];
  if (most === undefined || most.waitShare! < IDLE_WORTH_SAYING) return;
  const text = `the run's steps waited ${percent(most.waitShare!)} of their time for data${hosts.length > 1 ? ` on ${most.host ?? '?'}` : ''}: read faster, or by more threads (READERS)`;
  return { text, evidence: { waitShare: most.waitShare!, host: most.host ?? '?' } };
};

/** The processors are full while the devices stand still. */
export const processorsFull: Rule = ({ hosts, meanPercent }) => {
  const most = hosts.toSorted((a, b) => (b.meanCpuPercent ?? 0) - (a.meanCpuPercent ?? 0))[0];
  if (most === undefined || (most.meanCpuPercent ?? 0) < MANY_PERCENT || meanPercent === null) return;
  if (meanPercent >= FEW_PERCENT) return;
  const cpuPercent = most.meanCpuPercent!;
  const text = `the processors${hosts.length > 1 ? ` of ${most.host ?? '?'}` : ''} were busy at ${cpuPercent.toFixed(0)} % while the GPUs had little to do: what prepares batches takes all there is`;
  return { text, evidence: { cpuPercent, meanPercent } };
};

/** Most of what the devices could do is left. */
export const littleWork: Rule = ({ meanPercent, medianPercent }) => {
  if (meanPercent === null || medianPercent === null || meanPercent >= FEW_PERCENT) return;
  const text = `on average the GPUs in use work at ${meanPercent.toFixed(1)} % (half of the samples below ${medianPercent.toFixed(0)} %): more devices would wait more, not train faster`;
  return { text, evidence: { meanPercent, medianPercent } };
};

/** The devices are the limit. */
export const busy: Rule = ({ meanPercent, idleShare, busyShare }) => {
  if (meanPercent === null || meanPercent < MANY_PERCENT) return;
  const text = `the GPUs in use work at ${meanPercent.toFixed(1)} %, above 90 % in ${percent(busyShare ?? 0)} of samples: they are the limit, more or faster ones would help`;
  return { text, evidence: { meanPercent, busyShare: busyShare ?? 0, idleShare: idleShare ?? 0 } };
};

/** One device has more to do than the others. */
export const uneven: Rule = ({ devices, imbalance }) => {
  if (imbalance === null || imbalance < UNEVEN) return;
  const known = usedOf(devices).filter(({ meanPercent }) => meanPercent !== null);
  const sorted = known.toSorted((a, b) => b.meanPercent! - a.meanPercent!);
  const [most, least] = [sorted[0]!, sorted.at(-1)!];
  const [mostName, leastName] = namesOf([most, least], devices);
  const text = `the work is uneven: ${mostName} at ${most.meanPercent!.toFixed(1)} %, ${leastName} at ${least.meanPercent!.toFixed(1)} %, the busiest ${percent(imbalance)} above the mean`;
  return {
    text,
    evidence: {
      imbalance,
      busiest: mostName!,
      least: leastName!,
      percents: [most, least].map(({ meanPercent }) => String(meanPercent)),
    },
  };
};

/** Memory that is taken as a whole says nothing about work. */
export const memoryTakenWhole: Rule = ({ devices }) => {
  const whole = usedOf(devices).filter(
    ({ memoryTotalMiB, peakMemoryMiB, lowestMemoryMiB }) =>
      memoryTotalMiB !== null && peakMemoryMiB === lowestMemoryMiB && peakMemoryMiB! >= 0.8 * memoryTotalMiB,
  );
  if (whole.length === 0) return;
  const names = namesOf(whole, devices);
  const share = Math.max(...whole.map((device) => device.peakMemoryMiB! / device.memoryTotalMiB!));
  const text = `memory of ${inWords(whole, devices)} is taken (${percent(share)}) from the first sample to the last: the program takes all there is, it says nothing about what it needs`;
  return { text, evidence: { devices: names, share } };
};

/** Memory grew until little was left. */
export const memoryNearlyFull: Rule = ({ devices }) => {
  const full = usedOf(devices).filter(
    ({ memoryTotalMiB, peakMemoryMiB, lowestMemoryMiB }) =>
      memoryTotalMiB !== null && peakMemoryMiB! >= 0.95 * memoryTotalMiB && lowestMemoryMiB! < peakMemoryMiB!,
  );
  if (full.length === 0) return;
  const names = namesOf(full, devices);
  const headroomMiB = Math.min(...full.map((device) => device.headroomMiB!));
  const text = `memory of ${inWords(full, devices)} grew until ${headroomMiB.toFixed(0)} MiB were left: a larger batch will not fit`;
  return { text, evidence: { devices: names, headroomMiB } };
};

/** Half of the memory was never taken. */
export const memoryToSpare: Rule = ({ devices }) => {
  const known = usedOf(devices).filter(
    ({ memoryTotalMiB, headroomMiB }) => memoryTotalMiB !== null && headroomMiB !== null,
  );
  if (known.length === 0 || known.some((device) => device.headroomMiB! < 0.5 * device.memoryTotalMiB!))
    return;
  const headroomMiB = Math.min(...known.map((device) => device.headroomMiB!));
  const text = `at least ${headroomMiB.toFixed(0)} MiB of each GPU in use were never taken, half of it or more: a larger batch fits`;
  return { text, evidence: { headroomMiB } };
};

/** A device in use stood still for long. */
export const longIdle: Rule = ({ devices, firstTime, lastTime }) => {
  if (firstTime === null || lastTime === null) return;
  const sorted = usedOf(devices).toSorted(
    (a, b) => (b.longestIdleSeconds ?? 0) - (a.longestIdleSeconds ?? 0),
  );
  const longest = sorted[0];
  const seconds = longest?.longestIdleSeconds ?? 0;
  const spanSeconds = (millisecondsOf(lastTime) - millisecondsOf(firstTime)) / 1000;
  if (longest === undefined || seconds < LONG_IDLE_SECONDS || seconds < LONG_IDLE_SHARE * spanSeconds) return;
  const name = namesOf([longest], devices)[0]!;
  const from = longest.longestIdleFrom ?? '?';
  const text = `${name} stood still for ${seconds.toFixed(0)} s without a break, from ${from} on`;
  return { text, evidence: { device: name, seconds, from } };
};

/** A device that is so warm may be slowed down by its driver. */
export const hot: Rule = ({ devices }) => {
  const warm = devices.filter(({ peakTemperatureC }) => (peakTemperatureC ?? 0) >= HOT_C);
  if (warm.length === 0) return;
  const peakTemperatureC = Math.max(...warm.map((device) => device.peakTemperatureC!));
  const names = namesOf(warm, devices);
  const text = `${inWords(warm, devices)} reached ${peakTemperatureC.toFixed(0)} °C: the driver may have slowed down`;
  return { text, evidence: { devices: names, peakTemperatureC } };
};

/** Nothing can be said of the work of a device whose utilisation is in no sample. */
export const workUnknown: Rule = ({ devices }) => {
  const unknown = usedOf(devices).filter(({ meanPercent }) => meanPercent === null);
  if (unknown.length === 0) return;
  const names = namesOf(unknown, devices);
  const text = `how busy ${inWords(unknown, devices)} was is in no sample (split devices, MIG, and some drivers do not say it)`;
  return { text, evidence: { devices: names } };
};

/** In the order in which they are said. */
const RULES: Readonly<Record<string, Rule>> = {
  unusedDevices,
  fedTooSlowly,
  takeTurns,
  oneWaits,
  runWaits,
  processorsFull,
  littleWork,
  busy,
  uneven,
  longIdle,
  memoryTakenWhole,
  memoryNearlyFull,
  memoryToSpare,
  hot,
  workUnknown,
};

/** All that the rules have to say. */
export function findingsOf(use: GpuUse): Finding[] {
  return Object.entries(RULES).flatMap(([rule, says]) => {
    const said = says(use);
    return said === undefined ? [] : [{ rule, ...said }];
  });
}

function usedOf(devices: readonly DeviceSummary[]): readonly DeviceSummary[] {
  return devices.filter(({ used }) => used);
}

function namesOf(some: readonly DeviceSummary[], all: readonly DeviceSummary[]): string[] {
  return some.map(deviceLabeller(all));
}

/** `GPU 0, GPU 4 to 7`. */
function inWords(some: readonly DeviceSummary[], all: readonly DeviceSummary[]): string {
  const names = namesOf(some, all);
  const follows = (at: number): boolean => {
    const [before, device] = [some[at - 1], some[at]];
    if (before === undefined || device === undefined || before.host !== device.host) return false;
    return before.index !== null && device.index === before.index + 1;
  };
  const runs: number[][] = [];
  for (const at of some.keys()) {
    if (follows(at)) runs.at(-1)!.push(at);
    else runs.push([at]);
  }
  return runs
    .flatMap((run) =>
      run.length < 3 ? run.map((at) => names[at]!) : [`${names[run[0]!]!} to ${some[run.at(-1)!]!.index}`],
    )
    .join(', ');
}
