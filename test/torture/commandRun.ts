import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { CLI } from '../commands/voxlab.js';
import { environmentOf, isRunning } from '../processes.js';

/** How a command ended. */
export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** Processes that were there half a minute after its end, though it had started them; they are ended now. */
  readonly left: readonly string[];
}

export interface Disturbance {
  /** Sent to the command, as a terminal or a scheduler does. */
  readonly signal?: NodeJS.Signals;
  /** After the start, or after stdout says this. */
  readonly after?: number | RegExp;
  readonly env?: Readonly<Record<string, string>>;
  /** Around it: words before `node`. */
  readonly within?: readonly string[];
  /** stdout goes there instead. */
  readonly stdout?: number;
  /** Nobody reads stdout any more after its first bytes. */
  readonly closes?: boolean;
}

const LIMIT_MS = 180_000;
const LEFT_MS = 30_000;
/** By this, all that a command starts is known for its own: each inherits it. */
const MARK = 'TORTURE_RUN';

/** Runs a command of the command line to its end, and waits until all that it started has ended. */
export async function runCommand(words: readonly string[], how: Disturbance = {}): Promise<Ended> {
  const [program, ...before] = [...(how.within ?? []), process.execPath];
  const [mark, began] = [randomUUID(), performance.now()];
  const child = spawn(program!, [...before, CLI, ...words], {
    stdio: ['ignore', how.stdout ?? 'pipe', 'pipe'],
    env: { ...process.env, ...how.env, [MARK]: mark },
  });
  const texts = { stdout: '', stderr: '' };
  const disturb = (): void => void (how.signal && child.kill(how.signal));
  child.stdout?.on('data', (part) => {
    const said = how.after instanceof RegExp && how.after.test(texts.stdout);
    texts.stdout += part;
    if (how.closes === true) child.stdout!.destroy();
    if (how.after instanceof RegExp && !said && how.after.test(texts.stdout)) disturb();
  });
  child.stderr!.on('data', (part) => {
    texts.stderr += part;
  });
  const closed = once(child, 'close');
  const stop = typeof how.after === 'number' ? setTimeout(disturb, how.after) : undefined;
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const [exit, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals];
  const ms = performance.now() - began;
  for (const timer of [stop, limit]) clearTimeout(timer);
  const left = await endLeft(mark);
  await closed; // its pipes may be held by those
  return { code: ms >= LIMIT_MS ? 'no end' : (exit ?? signal), ms, left, ...texts };
}

/** Processes with the mark that do not end by themselves are ended; says which. */
async function endLeft(mark: string): Promise<string[]> {
  const isMarked = (pid: number): boolean => environmentOf(pid).includes(`${MARK}=${mark}`);
  const marked = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => isMarked(pid) && isRunning(pid));
  for (const end = Date.now() + LEFT_MS; Date.now() < end; ) {
    if (marked().length === 0) return [];
    await new Promise((done) => setTimeout(done, 50));
  }
  return marked().map((pid) => {
    process.kill(pid, 'SIGKILL');
    return String(pid);
  });
}
