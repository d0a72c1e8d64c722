import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** What became of a question: the answer's line, or why none came. */
export type Answered = { readonly line: string } | { readonly died: string } | { readonly hung: number };

/** A process that answers a line for each line; a hanging or dead one is replaced by a fresh one. */
export interface WorkerProcess {
  ask(line: string, limitMs: number): Promise<Answered>;
  close(): void;
}

/** Answers come on file descriptor `answersOn`. */
export function workerProcess(program: string, words: readonly string[], answersOn: 1 | 3): WorkerProcess {
  let running: { child: ChildProcess; lines: Interface } | undefined;
  const start = (): { child: ChildProcess; lines: Interface } => {
    const child = spawn(program, words, {
      stdio: ['pipe', answersOn === 1 ? 'pipe' : 'ignore', 'ignore', 'pipe'],
    });
    child.stdin!.on('error', () => {});
    const lines = createInterface({ input: child.stdio[answersOn] as NodeJS.ReadableStream });
    return { child, lines };
  };
  const stop = (): void => {
    running?.child.kill('SIGKILL');
    running = undefined;
  };
  const askNow = (line: string, limitMs: number): Promise<Answered> =>
    new Promise((resolve) => {
      running ??= start();
      const { child, lines } = running;
      const done = (answer: Answered): void => {
        clearTimeout(timer);
        lines.off('line', answered);
        child.off('exit', died);
        if (!('line' in answer)) stop();
        resolve(answer);
      };
      const answered = (text: string): void => done({ line: text });
      const died = (code: number | null, signal: string | null): void =>
        done({ died: String(signal ?? code) });
      const timer = setTimeout(() => done({ hung: limitMs }), limitMs);
      lines.once('line', answered);
      child.once('exit', died);
      child.stdin!.write(`${line}\n`);
    });
  // One question at a time, also where somebody no longer waits for the last answer.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask: (line, limitMs) => {
      const answer = last.then(() => askNow(line, limitMs));
      last = answer;
      return answer;
    },
    close: stop,
  };
}
