import { readFileSync } from 'node:fs';
import { readlink, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LATE, withinTime } from './withinTime.js';

/*
 * Which files and file systems do not answer. A call that hangs keeps a thread until its server is back, so that nothing more
 * is asked of what is known to be silent. The thread that met it tells the others; one that starts later begins with what was known.
 */

/** A file or a mount that does not answer. */
interface Silence {
  readonly since: number;
  /** Of a file, its mount. */
  readonly mount: string;
  /** Then it is asked once more; each time after twice the pause. */
  retryAt: number;
  pauseMs: number;
  /** Shared with the threads that know of it: 1 once it answers again. */
  readonly isBack: Int32Array;
}

/** What is silent, for a message. */
export interface SilentPlace {
  readonly place: string;
  readonly sinceMs: number;
  readonly retryInMs: number;
}

/** By path of the file, or by mount. */
const silent = new Map<string, Silence>();

/** Loaded by its first use: no snapshot of a kernel may hold it (snapshotModules.ts). */
const threads = (): typeof import('node:worker_threads') => process.getBuiltinModule('node:worker_threads');
const INHERITED = 'voxlab: silent files and mounts';
let hasInherited = false;

/** Calls that wait, and hear of what is found to be silent meanwhile. */
const listeners = new Set<() => void>();
/** To and from all threads. */
let others: import('node:worker_threads').BroadcastChannel | undefined;

type Known = readonly (readonly [place: string, Silence])[];

/** What the thread knew that started this one, and from now on what others find. */
function inherit(): void {
  hasInherited = true;
  learn((threads().getEnvironmentData(INHERITED) ?? []) as unknown as Known);
  others = new (threads().BroadcastChannel)(INHERITED);
  others.onmessage = (message) => {
    learn((message as { readonly data: Known }).data);
    for (const hear of listeners) hear();
  };
  // It holds no thread.
  others.unref();
}

/** Each thread has a clock of its own: on the way times are those of the day. */
function learn(known: Known): void {
  for (const [place, silence] of known)
    if (!silent.has(place)) silent.set(place, later(silence, -performance.timeOrigin));
}

function told(known: Known): Known {
  return known.map(([place, silence]) => [place, later(silence, performance.timeOrigin)] as const);
}

function bequeath(): void {
  threads().setEnvironmentData(INHERITED, told([...silent]) as never);
}

function later(silence: Silence, ms: number): Silence {
  return { ...silence, since: silence.since + ms, retryAt: silence.retryAt + ms };
}

/** As long as a mount may take to say that it is there. */
const MOST_PROBE_MS = 5000;
/** A mount that answers for itself, and of which so many files hang, is as good as silent. */
const MOST_FILES = 3;
const FIRST_PAUSE_MS = 30_000;
const MOST_PAUSE_MS = 3_600_000;
const MOST_LINKS = 40;

/** Whether nothing is known to be silent: the usual case, which costs nothing. */
export function allAnswer(): boolean {
  if (!hasInherited) inherit();
  for (const [place, { isBack }] of silent) if (Atomics.load(isBack, 0) === 1) silent.delete(place);
  return silent.size === 0;
}

/** What a path leads to, once it is found to be silent: by another call, of any thread. `stop` ends the wait. */
export function whenSilent(path: string, limitMs: number): { found: Promise<SilentPlace>; stop(): void } {
  let hear = (): void => {};
  const found = new Promise<SilentPlace>((done) => {
    hear = () =>
      void silentPlaceOf(path, limitMs).then(
        (place) => place !== undefined && listeners.has(hear) && done(place),
        () => {}, // whoever waits goes on until the limit
      );
  });
  listeners.add(hear);
  return { found, stop: () => listeners.delete(hear) };
}

/** What a path leads to, as far as it is known to be silent and not to be asked again yet; else undefined. */
export async function silentPlaceOf(path: string, limitMs: number): Promise<SilentPlace | undefined> {
  const file = silent.get(path);
  if (file !== undefined && isResting(file)) return placeOf(path, file);
  const mount = await mountOf(path, limitMs, async (each) => !silent.has(each));
  const known = silent.get(mount);
  if (known === undefined) return undefined;
  if (isResting(known)) return placeOf(mount, known);
  if (!(await answers(mount, limitMs))) return placeOf(mount, known);
  // Back; or this file is let through, to see whether files of it come back.
  if (hangingFilesOf(mount) < MOST_FILES) isAnswering(mount);
  bequeath();
  return undefined;
}

/**
 * Takes note that a call has not come back in time. The mounts on its way are asked whether they are there: a file that hangs
 * alone condemns nothing else. When the call comes back, all is as before.
 */
export async function noteSilence(path: string, call: Promise<unknown>, limitMs: number): Promise<void> {
  let isSilent = false;
  const mount = await mountOf(path, limitMs, async (each) => {
    isSilent = silent.has(each) || !(await answers(each, limitMs));
    return !isSilent;
  });
  let isBack = false;
  const back = (): void => {
    isBack = true;
    isAnswering(path);
    isAnswering(mount);
    bequeath();
  };
  await Promise.race([call.then(back, back), undefined]);
  if (isBack) return;
  beSilent(path, mount, limitMs);
  if (isSilent || hangingFilesOf(mount) >= MOST_FILES) beSilent(mount, mount, limitMs);
}

function beSilent(place: string, mount: string, limitMs: number): void {
  const now = performance.now();
  const pauseMs = Math.max(limitMs, FIRST_PAUSE_MS);
  const isBack = new Int32Array(new SharedArrayBuffer(4));
  if (!silent.has(place)) {
    const silence = { since: now, mount, retryAt: now + pauseMs, pauseMs, isBack };
    silent.set(place, silence);
    others?.postMessage(told([[place, silence]]));
    for (const hear of listeners) hear();
  }
  bequeath();
}

/** In all threads. */
function isAnswering(place: string): void {
  const known = silent.get(place)?.isBack;
  if (known !== undefined) Atomics.store(known, 0, 1);
  silent.delete(place);
}

/** The first that asks after the pause is let through. */
function isResting(silence: Silence): boolean {
  const now = performance.now();
  if (now < silence.retryAt) return true;
  silence.pauseMs = Math.min(2 * silence.pauseMs, MOST_PAUSE_MS);
  silence.retryAt = now + silence.pauseMs;
  return false;
}

function placeOf(place: string, { since, retryAt }: Silence): SilentPlace {
  const now = performance.now();
  return { place, sinceMs: now - since, retryInMs: retryAt - now };
}

function hangingFilesOf(mount: string): number {
  return [...silent].filter(([place, silence]) => place !== mount && silence.mount === mount).length;
}

/** The size of a file system is asked of its server each time; what a folder is may be remembered. */
async function answers(mount: string, limitMs: number): Promise<boolean> {
  return (await probed(statfs(mount), limitMs)) !== LATE;
}

/**
 * Where the file system of a path is mounted, through links; each mount on the way is entered only where `mayEnter` says so, else
 * it is the one.
 */
async function mountOf(
  path: string,
  limitMs: number,
  mayEnter: (mount: string) => Promise<boolean>,
): Promise<string> {
  const mounts = mountPoints();
  let [at, mount] = ['/', ''];
  let rest = partsOf(resolve(path));
  for (let links = 0; rest.length > 0 && links < MOST_LINKS; ) {
    const next = join(at, rest[0]!);
    const nextMount = mountBefore(next, mounts);
    if (nextMount !== mount && !(await mayEnter(nextMount))) return nextMount;
    mount = nextMount;
    const target = next === mount ? undefined : await probed(readlink(next), limitMs);
    // A file or folder that hangs on a mount that answers.
    if (target === LATE) return mount;
    rest = rest.slice(1);
    if (target === undefined) at = next;
    else {
      rest = [...partsOf(resolve(at, target)), ...rest];
      at = '/';
      links++;
    }
  }
  return mount;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function mountBefore(path: string, mounts: readonly string[]): string {
  const above = mounts.filter(
    (mount) => path === mount || path.startsWith(mount === '/' ? '/' : `${mount}/`),
  );
  return above.reduce((longest, mount) => (mount.length > longest.length ? mount : longest), '/');
}

/** As the system lists them, which asks nothing of them. */
function mountPoints(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
  return lines.map((line) =>
    line.split(' ')[4]!.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
  );
}

/** Undefined where the call fails: that, too, is an answer. */
function probed<T>(call: Promise<T>, limitMs: number): Promise<T | undefined | typeof LATE> {
  return withinTime(
    call.catch(() => undefined),
    Math.min(limitMs, MOST_PROBE_MS),
  );
}
