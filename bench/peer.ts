import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EnvironmentError } from '../src/errors.js';
import { inRepository } from '../src/paths.js';

/** A Python program beside ours: it prints one JSON line when it is ready, and one for each line that it is sent. */
export interface Peer {
  ask<T>(question: unknown): Promise<T>;
  end(): void;
}

/** Starts bench/<file> in the clone's Python environment and waits until it is ready. Throws EnvironmentError. */
export async function startPeer(
  file: string,
  settings: unknown,
  python = inRepository('.venv', 'bin', 'python'),
): Promise<Peer> {
  const child: ChildProcessWithoutNullStreams = spawn(python, [
    inRepository('bench', file),
    JSON.stringify(settings),
  ]);
  let log = '';
  child.stderr.on('data', (text) => {
    log = `${log}${text}`.slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done === true)
      throw new EnvironmentError(
        `bench/${file} ended: ${log.trim().split('\n').at(-1)}; run: npm test (it installs the peers)`,
      );
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
