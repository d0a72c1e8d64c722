import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { decimal, type IniKey, oneOf as oneOfKey, wholeNumber as wholeNumberKey } from '../config/ini.js';
import { decimalNumber } from '../decimal.js';
import { InterruptedError, UsageError } from '../errors.js';
import type { ReadersTablesRequest } from '../evaluation/readersTables.js';
import { given } from '../given.js';
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

/** The absolute path of a flag that may be left out. */
export function resolved(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

/** The tables that --annotations and --excluded name. */
export function readersTablesOf({ annotations, excluded }: ReadersTablesRequest): ReadersTablesRequest {
  return given({ annotations: resolved(annotations), excluded: resolved(excluded) });
}

/** Parser of a flag that says how a table calls some of its known columns: `class=label,coordX=x`. */
export function columnNames<C extends string>(
  known: readonly C[],
): (text: string) => Readonly<Partial<Record<C, string>>> {
  return (text) => {
    const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
    for (const [column, name, ...rest] of pairs)
      if (!known.some((each) => each === column) || !name || rest.length > 0)
        throw new UsageError(
          `--columns: expected name=name in the table, with names of ${known.join(', ')}, received ${JSON.stringify(text)}`,
        );
    return Object.fromEntries(pairs);
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
