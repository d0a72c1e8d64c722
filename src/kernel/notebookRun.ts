import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { EnvironmentError, InputError, InterruptedError } from '../errors.js';
import { inRepository } from '../paths.js';
import { ensureKernelSpec, jupyterEnvironment, pythonProgram } from './jupyter.js';

/** The first error output of a notebook. */
export interface NotebookError {
  /** Counts the code cells from 1. */
  readonly cell: number;
  readonly code: string;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: string;
}

export interface NotebookRun {
  readonly name: string;
  readonly seconds: number;
  /** Code cells. */
  readonly cells: number;
  /** The executed copy, with outputs. */
  readonly notebook: string;
  readonly html: string;
  readonly error: NotebookError | null;
}

export interface NotebookRunOptions {
  readonly outFolder: string;
  /** Per cell. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** A path, or the name of a notebook in notebooks/ with or without its ending: `04-train`. */
export function findNotebook(nameOrPath: string): string {
  const withEnding = nameOrPath.endsWith('.ipynb') ? nameOrPath : `${nameOrPath}.ipynb`;
  const places = isAbsolute(withEnding)
    ? [withEnding]
    : [resolve(withEnding), inRepository('notebooks', withEnding)];
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new InputError(nameOrPath, `expected a notebook, found neither ${places.join(' nor ')}`);
  return found;
}

/**
 * Executes a notebook through a kernel process of its own over Jupyter's protocol (nbclient); writes the executed copy
 * and a page of HTML. An error output of a cell is in the result, not thrown.
 */
export async function runNotebook(
  path: string,
  { outFolder, timeoutSeconds, signal }: NotebookRunOptions,
): Promise<NotebookRun> {
  ensureKernelSpec();
  const child = spawn(
    pythonProgram('python'),
    [inRepository('src', 'kernel', 'runNotebook.py'), path, outFolder, String(timeoutSeconds)],
    { env: jupyterEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  let answer = '';
  let complaint = '';
  child.stdout.on('data', (text) => {
    answer += text;
  });
  child.stderr.on('data', (text) => {
    complaint = (complaint + text).slice(-4000);
  });
  const [code] = await once(child, 'close');
  signal?.removeEventListener('abort', stop);
  if (signal?.aborted) throw new InterruptedError(`interrupted while ${basename(path)} was running`);
  if (code !== 0)
    throw new EnvironmentError(
      `nbclient failed on ${path} (exit ${code}): ${complaint.trim().split('\n').at(-1)}`,
    );
  return { name: basename(path, '.ipynb'), ...(JSON.parse(answer) as Omit<NotebookRun, 'name'>) };
}
