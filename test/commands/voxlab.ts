import { spawnSync } from 'node:child_process';
import { inRepository } from '../../src/paths.js';

/** Runs the command line as a process of its own. */
export function voxlab(...words: readonly string[]): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [inRepository('dist/lib/cli.js'), ...words],
    { encoding: 'utf8', timeout: 120_000 },
  );
  return { status, stdout, stderr };
}
