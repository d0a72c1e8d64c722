import type { ChildProcess } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { handSignalsOn } from '../parentProcess.js';
import { isFolder } from '../paths.js';
import { endOf, showLines, startCommand } from './childCommand.js';

/** Marks a fold that is trained and evaluated. */
const FINISHED = 'finished';

const INTERRUPTED = 130;

export interface FoldWork {
  /** The folds' runs, each with its configuration in it. */
  readonly runs: readonly string[];
  /** Folds at the same time. */
  readonly jobs: number;
  /** Words behind `evaluate RUN`. */
  readonly evaluation: readonly string[];
  /** GPUs of the job with this number. */
  readonly gpusOf: (job: number) => string | undefined;
}

export interface FoldsDone {
  /** Runs that failed; what they said stands on stderr. */
  readonly failed: readonly string[];
  readonly interrupted: boolean;
}

/**
 * Trains and evaluates each run in a process of its own, `jobs` side by side; lines of each bear its name. A fold that fails leaves
 * the others alone; Ctrl-C, SIGTERM and SIGHUP stop all, each with a checkpoint. What is finished is passed over.
 */
export async function runFolds({ runs, jobs, evaluation, gpusOf }: FoldWork): Promise<FoldsDone> {
  const waiting = runs.filter((run) => !isFinished(run));
  const running: ChildProcess[] = [];
  const failed: string[] = [];
  let hasInterrupted = false;
  const signals = handSignalsOn(running);
  const isInterrupted = (): boolean => signals.came || hasInterrupted;
  const voxlab = async (run: string, job: number, words: readonly string[]): Promise<boolean> => {
    if (isInterrupted()) return false;
    const child = startCommand([...words, '--json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { CUDA_VISIBLE_DEVICES: gpusOf(job) },
    });
    running.push(child);
    showLines(child, basename(run));
    const code = await endOf(child, `[${basename(run)}]`);
    running.splice(running.indexOf(child), 1);
    if (code === INTERRUPTED) hasInterrupted = true;
    return code === 0;
  };
  const worker = async (job: number): Promise<void> => {
    for (let run = waiting.shift(); run !== undefined && !isInterrupted(); run = waiting.shift()) {
      const isDone =
        (await voxlab(run, job, ['train', '--resume', run])) &&
        (await voxlab(run, job, ['evaluate', run, ...evaluation]));
      if (isDone) writeFileSync(join(run, FINISHED), '');
      else if (!isInterrupted()) failed.push(run);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, (_, job) => worker(job)));
  } finally {
    signals.leave();
  }
  return { failed, interrupted: isInterrupted() };
}

function isFinished(run: string): boolean {
  return isFolder(run) && readdirSync(run).includes(FINISHED);
}

/** GPUs that NVIDIA's driver of this machine has; 0 without one. */
export function gpusHere(): number {
  const folder = '/proc/driver/nvidia/gpus';
  return isFolder(folder) ? readdirSync(folder).length : 0;
}
