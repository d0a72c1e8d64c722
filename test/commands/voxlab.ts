import { spawnSync } from 'node:child_process';
import { inRepository } from '../../src/paths.js';

/** The program as it is shipped; its single files take 0.3 s longer to load. */
export const CLI = inRepository('dist/lib/cli.js');

/** Runs the command line as a process of its own. */
export function voxlab(...words: readonly string[]): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, stdout, stderr };
}
