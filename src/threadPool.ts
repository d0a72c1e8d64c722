import { parentPort, Worker } from 'node:worker_threads';
import { EnvironmentError, InterruptedError, messageOf } from './errors.js';
import { noteHangingCall } from './hangingCalls.js';
import { LATE, withinTime } from './withinTime.js';

type Answer<Result> = { readonly result: Result } | { readonly failure: string };

export interface ThreadWork<Task, Result> {
  /** A module that calls answerTasks(). */
  readonly program: URL;
  readonly tasks: readonly Task[];
  /** No task is handed out before this is done; the threads load meanwhile. */
  readonly after?: Promise<unknown>;
  readonly threads: number;
  /** Called in the order in which tasks end. */
  readonly onResult: (result: Result) => void;
  /** What a task is, for the message of a failure. */
  readonly nameOf: (task: Task) => string;
  /** Completes `interrupted while ...`. */
  readonly doing: string;
  readonly signal?: AbortSignal;
}

/** Hands the tasks to threads one by one, in order; the first failure or an abort stops them all. Throws EnvironmentError, InterruptedError. */
export async function runOnThreads<Task, Result>(work: ThreadWork<Task, Result>): Promise<void> {
  const queue = [...work.tasks];
  const count = Math.min(work.threads, queue.length);
  const workers = Array.from({ length: count }, () => new Worker(work.program, { execArgv: [] }));
  const after = work.after ?? Promise.resolve();
  // Its failure is thrown where it is awaited.
  after.catch(() => {});
  let stop: (() => void) | undefined;
  try {
    await new Promise<void>((done, fail) => {
      stop = () => fail(new InterruptedError(`interrupted while ${work.doing}`));
      if (work.signal?.aborted === true) return stop();
      work.signal?.addEventListener('abort', stop, { once: true });
      let open = queue.length;
      if (open === 0) {
        after.then(() => done(), fail);
        return;
      }
      for (const worker of workers) {
        let task: Task | undefined;
        const next = (): void => {
          task = queue.shift();
          if (task !== undefined) worker.postMessage(task);
        };
        worker.on('message', (answer: Answer<Result>) => {
          if ('failure' in answer)
            return fail(new EnvironmentError(`${work.nameOf(task!)}: ${answer.failure}`));
          try {
            work.onResult(answer.result);
          } catch (error) {
            return fail(error);
          }
          open--;
          if (open === 0) done();
          else next();
        });
        worker.on('error', fail);
        after.then(next, fail);
      }
    });
  } finally {
    if (stop !== undefined) work.signal?.removeEventListener('abort', stop);
    await endAll(workers);
  }
}

/** For threads that have nothing left to do. */
const END_LIMIT_MS = 5000;

/** A thread ends when its calls have come back. One that a file system keeps hanging is left behind. */
async function endAll(workers: readonly Worker[]): Promise<void> {
  const ended = Promise.all(workers.map((worker) => worker.terminate()));
  if ((await withinTime(ended, END_LIMIT_MS)) !== LATE) return;
  noteHangingCall();
  for (const worker of workers) worker.unref();
}

/** In a thread's program: answers each task by `run`; a throw becomes the failure of that task. */
export function answerTasks<Task, Result>(run: (task: Task) => Result | Promise<Result>): void {
  parentPort!.on('message', async (task: Task) => {
    let answer: Answer<Result>;
    try {
      answer = { result: await run(task) };
    } catch (error) {
      answer = { failure: messageOf(error) };
    }
    parentPort!.postMessage(answer);
  });
}
