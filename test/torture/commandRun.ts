import { spawn } from 'node:child_process';
import { inRepository } from '../../src/paths.js';
import { allEnd, descendants } from '../processes.js';

/** How a command ended. */
export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface Disturbance {
  /** Sent to the command, as a terminal or a scheduler does. */
  readonly signal?: NodeJS.Signals;
  readonly afterMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Around it: words before `node`. */
  readonly within?: readonly string[];
  /** stdout goes there instead. */
  readonly stdout?: number;
  /** Nobody reads stdout any more after its first bytes. */
  readonly closes?: boolean;
}

const LIMIT_MS = 180_000;

/** Runs a command of the command line to its end, and waits until all that it started has ended. */
export async function runCommand(words: readonly string[], how: Disturbance = {}): Promise<Ended> {
  const [program, ...before] = [...(how.within ?? []), process.execPath];
  const began = performance.now();
  const child = spawn(program!, [...before, inRepository('dist/src/commands/cli.js'), ...words], {
    stdio: ['ignore', how.stdout ?? 'pipe', 'pipe'],
    env: { ...process.env, ...how.env },
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (part) => {
    texts.stdout += part;
    if (how.closes === true) child.stdout!.destroy();
  });
  child.stderr!.on('data', (part) => {
    texts.stderr += part;
  });
  const below = new Set<number>();
  const look = setInterval(() => {
    for (const pid of descendants(child.pid!)) below.add(pid);
  }, 100);
  const stop = how.signal && setTimeout(() => child.kill(how.signal), how.afterMs);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const code = await new Promise<number | string>((done) =>
    child.once('close', (exit, signal) => done(exit ?? signal!)),
  );
  for (const timer of [look, stop, limit]) clearInterval(timer);
  const ms = performance.now() - began;
  await allEnd([...below]);
  return { code: ms >= LIMIT_MS ? 'no end' : code, ms, ...texts };
}
