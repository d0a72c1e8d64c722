import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EnvironmentError } from '../src/errors.js';
import { childOfThisProcess } from '../src/parentProcess.js';
import { inRepository } from '../src/paths.js';

/** A program beside this one: it prints one JSON line when it is ready, and one for each line that it is sent. */
export interface Peer {
  ask<T>(question: unknown): Promise<T>;
  end(): void;
}

/** Starts bench/<file> in the clone's Python environment and waits until it is ready. Throws EnvironmentError. */
export function startPeer(
  file: string,
  settings: unknown,
  python = inRepository('.venv', 'bin', 'python'),
): Promise<Peer> {
  const words = [inRepository('src', 'kernel', 'notebooks', 'parentProcess.py'), inRepository('bench', file)];
  return startProgram(python, [...words, JSON.stringify(settings)], (reason) => {
    return `bench/${file} ended: ${reason}; run: npm test (it installs the peers)`;
  });
}

/** Starts a compiled program of bench/ in a Node process of its own. Throws EnvironmentError. */
export function startOwn(file: string): Promise<Peer> {
  return startProgram(process.execPath, [inRepository('dist', 'bench', file)], (reason) => {
    return `bench/${file} ended: ${reason}`;
  });
}

async function startProgram(
  command: string,
  args: readonly string[],
  ended: (reason: string) => string,
): Promise<Peer> {
  const child: ChildProcessWithoutNullStreams = spawn(command, args, {
    env: { ...process.env, ...childOfThisProcess() },
  });
  let log = '';
  child.stderr.on('data', (text) => {
    log = `${log}${text}`.slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done === true) throw new EnvironmentError(ended(log.trim().split('\n').at(-1) ?? ''));
    return JSON.parse(value) as T;
  };
  await next();
  return {
    ask: (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return next();
    },
    end: () => void child.kill(),
  };
}

/** As startPeer; undefined where the peer, or what it needs, is not installed. */
export async function startOptionalPeer(
  file: string,
  settings: unknown,
  python?: string,
): Promise<Peer | undefined> {
  try {
    return await startPeer(file, settings, python);
  } catch (error) {
    if (error instanceof EnvironmentError) return undefined;
    throw error;
  }
}
