import { spawnSync } from 'node:child_process';
import { inRepository } from '../src/paths.js';

/** The Python of the clone's environment, where the reference tools are. */
export const PYTHON = inRepository('.venv', 'bin', 'python');

/** Runs a program of a reference tool: `input` goes in as JSON on stdin, one JSON document comes back on stdout. */
export function runPython<T>(program: string, input?: unknown, python = PYTHON): T {
  const run = spawnSync(python, ['-c', program], {
    input: JSON.stringify(input ?? null),
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  if (run.status !== 0)
    throw new Error(`the reference program failed (exit ${run.status}): ${run.stderr || run.error}`);
  return JSON.parse(run.stdout) as T;
}
