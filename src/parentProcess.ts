import type { ChildProcess } from 'node:child_process';

/** Tells a child whose child it is. It is taken out of the environment at once: grandchildren have parents of their own. */
const VARIABLE = 'VOXLAB_PARENT';

const LOOK_EVERY_MS = 500;

/** For work that was told to end: a checkpoint of some hundred megabytes on a slow disk must fit. */
export const GRACE_MS = 30_000;

/** For the environment of a child that calls endWithParent(), or src/kernel/notebooks/parentProcess.py's own: it ends with this process. */
export function childOfThisProcess(): Readonly<Record<string, string>> {
  return { [VARIABLE]: String(process.pid) };
}

/**
 * Ends this process when the one that started it is gone, however that ended: as SIGTERM does, and hard when that takes too
 * long. Does nothing for a process that nobody started as a child of voxlab.
 */
export function endWithParent(graceMs = GRACE_MS): void {
  const parent = process.env[VARIABLE];
  delete process.env[VARIABLE];
  if (parent === undefined) return;
  const look = (): void => {
    if (process.ppid === Number(parent)) return;
    clearInterval(timer);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
    process.kill(process.pid, 'SIGTERM');
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  look();
}

/** What a child does about the signals that end this process: a closed terminal and Ctrl-\ stop the work as SIGTERM does. */
const HANDED_ON = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM', SIGQUIT: 'SIGTERM' } as const;

/** Signals that go to children meanwhile. */
export interface HandedSignals {
  /** Whether one came: a child that was ending then has not heard of it. */
  readonly came: boolean;
  leave(): void;
}

/**
 * Until it is left, this process outlives the signals that ask it to end: its children get them, and end
 * in order or, unless it was a Ctrl-C (which a user can repeat), hard after the grace.
 */
export function handSignalsOn(children: readonly ChildProcess[], graceMs = GRACE_MS): HandedSignals {
  let came = false;
  const handOn = (signal: NodeJS.Signals): void => {
    came = true;
    for (const child of children) child.kill(HANDED_ON[signal as keyof typeof HANDED_ON]);
    if (signal !== 'SIGINT') setTimeout(() => endHard(children), graceMs).unref();
  };
  const signals = Object.keys(HANDED_ON) as (keyof typeof HANDED_ON)[];
  for (const signal of signals) process.on(signal, handOn);
  return {
    get came() {
      return came;
    },
    leave() {
      for (const signal of signals) process.off(signal, handOn);
    },
  };
}

/** Those that still run. */
export function endHard(children: readonly ChildProcess[]): void {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}
