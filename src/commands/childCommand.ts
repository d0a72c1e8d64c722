import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { given } from '../given.js';
import { childOfThisProcess } from '../parentProcess.js';
import { inPackage } from '../paths.js';
import { say } from './standardStreams.js';

export interface ChildOptions {
  readonly stdio: StdioOptions;
  /** On top of this process' own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/**
 * This program once more, as a process that ends with this one. It is in a group of its own: a terminal's Ctrl-C would reach it
 * beside the one that is handed on (handSignalsOn), and two end it at once.
 */
export function startCommand(words: readonly string[], { stdio, env, cwd }: ChildOptions): ChildProcess {
  return spawn(process.execPath, [inPackage('dist', 'lib', 'cli.js'), ...words], {
    stdio,
    ...given({ cwd }),
    env: { ...process.env, ...childOfThisProcess(), ...env },
    detached: true,
  });
}

/** What a child says on stderr, line by line behind its name; nothing where it shares this process' own. */
export function showLines({ stderr }: ChildProcess, name: string): void {
  if (stderr !== null) createInterface({ input: stderr }).on('line', (line) => say(`[${name}] ${line}\n`));
}

/** A child's exit code, when all it has written is read; that a signal ended it, which it could not say, is said for it. */
export async function endOf(child: ChildProcess, name: string): Promise<number> {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal !== null) say(`${name} was ended by ${signal}\n`);
  return code ?? 1;
}
