import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** For the tests of processes, their ends and what they tell others. */

/** Of /proc: how each process was started, by pid. */
export function commandLines(): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)))
    found.set(Number(name), readOf(Number(name), 'cmdline').replaceAll('\0', ' '));
  return found;
}

/** Environment that a process was started with. */
export function environmentOf(pid: number): string {
  return readOf(pid, 'environ');
}

/** The process' children, theirs, and so on; the system keeps them by the thread that started them. */
export function descendants(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    readOf(pid, `task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Not for a zombie, which has ended. */
export function isRunning(pid: number): boolean {
  const stat = readOf(pid, 'stat');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

/** Waits until it holds; rejects with `what` after the time. */
export async function until(what: string, holds: () => boolean, seconds = 60): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; !holds(); ) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function allEnd(pids: readonly number[], seconds = 30): Promise<void> {
  await until(`the end of ${pids}`, () => !pids.some(isRunning), seconds);
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has written so far, stdout and stderr. */
  readonly text: () => string;
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** A Node program of a test's own; it and all below it are ended hard after the test. */
export function startNode(
  t: { after: (end: () => void) => void },
  words: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Started {
  const child = spawn(process.execPath, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      text += part;
    });
  const pid = child.pid!;
  // Orphans of a test that fails have no parent to be found by. A number may meanwhile be another process': its start tells.
  const seen = new Map([[pid, startOf(pid)]]);
  const look = setInterval(() => {
    for (const each of descendants(pid)) seen.set(each, startOf(each));
  }, 200);
  t.after(() => {
    clearInterval(look);
    for (const each of descendants(pid)) seen.set(each, startOf(each));
    for (const [each, start] of seen)
      if (isRunning(each) && startOf(each) === start) process.kill(each, 'SIGKILL');
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { child, pid, text: () => text, ended };
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** When it was started, in ticks since the machine was. */
function startOf(pid: number): string {
  return (
    readOf(pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' ')[19] ?? ''
  );
}

function readOf(pid: number, file: 'cmdline' | 'environ' | 'stat' | `task/${string}/children`): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
