import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EnvironmentError, InterruptedError } from '../../errors.js';
import { childOfThisProcess } from '../../parentProcess.js';
import { inPackage } from '../../paths.js';
import { jupyterEnvironment, pythonProgram } from './jupyter.js';

interface Asked {
  /** Completes `interrupted while ...`. */
  readonly work: string;
  /** Who, and on what: before ` (exit 1): ...`. */
  readonly failure: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a Python program of src/kernel, and gives the JSON document that it prints. It is in a group of its own: a terminal's Ctrl-C
 * reaches it by the signal alone. Throws InterruptedError, and EnvironmentError with the last line of what it complained of.
 */
export async function pythonAnswer(
  program: string,
  words: readonly string[],
  { work, failure, signal }: Asked,
): Promise<unknown> {
  const child = spawn(pythonProgram('python'), [inPackage('src', 'kernel', 'notebooks', program), ...words], {
    env: { ...jupyterEnvironment(), ...childOfThisProcess() },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
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
  if (signal?.aborted) throw new InterruptedError(`interrupted while ${work}`);
  if (code !== 0)
    throw new EnvironmentError(`${failure} (exit ${code}): ${complaint.trim().split('\n').at(-1)}`);
  return JSON.parse(answer);
}
