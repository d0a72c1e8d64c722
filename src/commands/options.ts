import { InvalidArgumentError } from 'commander';
import { decimal, type IniKey, oneOf as oneOfKey, wholeNumber as wholeNumberKey } from '../config/ini.js';
import { decimalNumber } from '../decimal.js';
import { InterruptedError, UsageError } from '../errors.js';
import { libc } from '../libc.js';
import type { Shard } from '../patches/cropJob.js';

/** Parser of a flag that takes what a key of a settings' file takes. */
export function ofKey<T>({ expected, parse }: IniKey<T>): (text: string) => T {
  return (text) => {
    const value = parse(text);
    if (value === undefined)
      throw new InvalidArgumentError(`E${expected.slice(1)}, received ${JSON.stringify(text)}.`);
    return value;
  };
}

/** Parser of a flag that takes a whole number in [low, high]. */
export function wholeNumber(low: number, high?: number): (text: string) => number {
  return ofKey(wholeNumberKey(low, high));
}

/** Parser of a flag that takes a number in [low, high]. */
export function numberWithin(low: number, high: number): (text: string) => number {
  return ofKey(decimal(low, high));
}

/** Parser of a flag that takes one of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): (text: string) => W {
  return ofKey(oneOfKey(...words));
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
