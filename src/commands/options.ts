import { InvalidArgumentError } from 'commander';
import { CLASS_NAMES_EXPECTED, type ClassNames, parseClassNames } from '../config/classNames.js';
import { type Holdout, parseHoldout, parseValidation, type Validation } from '../config/holdout.js';
import { CLASS_WEIGHTS_EXPECTED, type ClassWeights, parseClassWeights } from '../config/lossSettings.js';
import {
  type IntensityWindow,
  NETWORK_EXPECTED,
  parseNetwork,
  parseWindows,
  WINDOWS_EXPECTED,
} from '../config/networkSettings.js';
import { decimalNumber } from '../decimal.js';
import { InterruptedError, UsageError } from '../errors.js';
import { libc } from '../libc.js';
import type { Shard } from '../patches/cropJob.js';

/** Parser of a flag that takes a whole number in [low, high]. */
export function wholeNumber(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = decimalNumber(text);
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(
        `Expected a whole number ${high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`}, received ${JSON.stringify(text)}.`,
      );
    return value;
  };
}

/** Parser of a flag that takes a number above `low`. */
export function numberAbove(low: number): (text: string) => number {
  return (text) => {
    const value = decimalNumber(text);
    if (!(value > low))
      throw new InvalidArgumentError(`Expected a number above ${low}, received ${JSON.stringify(text)}.`);
    return value;
  };
}

/** Parser of a flag that takes a number in [low, high]. */
export function numberWithin(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = decimalNumber(text);
    if (!(value >= low && value <= high))
      throw new InvalidArgumentError(
        `Expected a number from ${low} to ${high}, received ${JSON.stringify(text)}.`,
      );
    return value;
  };
}

/** Parser of a flag that takes a subset, or several with commas. */
export function holdout(text: string): Holdout {
  const subsets = parseHoldout(text);
  if (subsets === undefined)
    throw new InvalidArgumentError(
      `Expected a subset, or several such as 5,6, received ${JSON.stringify(text)}.`,
    );
  return subsets;
}

/** Parser of a flag that takes a network of the table, or a file of one's own. */
export function network(text: string): string {
  const value = parseNetwork(text);
  if (value === undefined)
    throw new InvalidArgumentError(`E${NETWORK_EXPECTED.slice(1)}, received ${JSON.stringify(text)}.`);
  return value;
}

/** Parser of a flag that takes windows of HU. */
export function windows(text: string): readonly IntensityWindow[] {
  const value = parseWindows(text);
  if (value === undefined)
    throw new InvalidArgumentError(`E${WINDOWS_EXPECTED.slice(1)}, received ${JSON.stringify(text)}.`);
  return value;
}

/** Parser of a flag that takes factors of the loss of each class. */
export function classWeights(text: string): ClassWeights {
  const value = parseClassWeights(text);
  if (value === undefined)
    throw new InvalidArgumentError(`E${CLASS_WEIGHTS_EXPECTED.slice(1)}, received ${JSON.stringify(text)}.`);
  return value;
}

/** Parser of a flag that takes the names of both classes. */
export function classNames(text: string): ClassNames {
  const value = parseClassNames(text);
  if (value === undefined)
    throw new InvalidArgumentError(`E${CLASS_NAMES_EXPECTED.slice(1)}, received ${JSON.stringify(text)}.`);
  return value;
}

/** Parser of a flag that says which rows choose the best network. */
export function validation(text: string): Validation {
  const value = parseValidation(text);
  if (value === undefined)
    throw new InvalidArgumentError(
      `Expected auto, scans, a subset, or several such as 6,7, received ${JSON.stringify(text)}.`,
    );
  return value;
}

/** Parser of a flag that takes one of some words. */
export function oneOf<W extends string>(...words: readonly W[]): (text: string) => W {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word === undefined)
      throw new InvalidArgumentError(
        `Expected one of ${words.join(', ')}, received ${JSON.stringify(text)}.`,
      );
    return word;
  };
}

/** Parser of a flag that takes a part of the scans. */
export function shard(text: string): Shard {
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index >= count)
    throw new UsageError(`--shard: expected i/n with i from 0 to n - 1, received ${JSON.stringify(text)}`);
  return { index, count };
}

/** What asks a command to end: Ctrl-C, a job system or `kill`, a terminal that is closed (which may say so twice). */
const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that Ctrl-C, SIGTERM or SIGHUP aborts; nothing but a second Ctrl-C ends the process at once. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let interrupts = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGINT' && ++interrupts > 1) libc()._exit(130);
    controller.abort(new InterruptedError('interrupted'));
  };
  for (const name of STOPPING) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of STOPPING) process.off(name, onSignal);
  }
}
