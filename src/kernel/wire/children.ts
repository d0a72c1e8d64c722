import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { textIfThere } from '../../textIfThere.js';

/** Time for a child to end by itself, and how often it is looked at. */
const GRACE_MS = 400;
const LOOK_EVERY_MS = 20;

/**
 * Ends what cells have started, and what that has started, with the kernel: asked first, hard after a moment; as ipykernel
 * does. A child that was detached (a process group of its own) stays, and voxlab's own programs see to it by themselves
 * that they end with their parent, in order.
 */
export async function endChildren(pid: number = process.pid, graceMs = GRACE_MS): Promise<void> {
  const children = childrenOf(pid);
  signalAll(children, 'SIGTERM');
  const until = Date.now() + graceMs;
  let left = children;
  while (left.length > 0 && Date.now() < until) {
    await delay(LOOK_EVERY_MS);
    left = stillThere(left);
  }
  signalAll(left, 'SIGKILL');
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** In the system's ticks: a number that is given again belongs to another process. */
  readonly startedAt: string;
  readonly isGone: boolean;
}

/** Of this process group, however far down. */
function childrenOf(pid: number): readonly Process[] {
  const all = processes();
  const group = all.find((each) => each.pid === pid)?.group;
  const below = (parent: number): Process[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid).filter((each) => each.group === group && !each.isGone && !endsWithParent(each.pid));
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : []));
}

/** See proc(5): `pid (name) state ppid pgrp ...`, the 22nd field is when it started; a name may hold spaces and brackets. */
function processOf(pid: number): Process | undefined {
  const stat = textIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const [state, parent, group, ...more] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    startedAt: more[16]!,
    isGone: state === 'Z' || state === 'X',
  };
}

function stillThere(children: readonly Process[]): readonly Process[] {
  return children.filter((child) => {
    const now = processOf(child.pid);
    return now !== undefined && !now.isGone && now.startedAt === child.startedAt;
  });
}

/** Whether it was started as a child of voxlab (parentProcess.ts). */
function endsWithParent(pid: number): boolean {
  return (
    textIfThere(`/proc/${pid}/environ`)
      ?.split('\0')
      .some((entry) => entry.startsWith('VOXLAB_PARENT=')) === true
  );
}

function signalAll(children: readonly Process[], signal: NodeJS.Signals): void {
  for (const { pid } of stillThere(children))
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
}
