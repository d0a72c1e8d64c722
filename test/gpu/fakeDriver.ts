import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../../src/paths.js';

/** A driver for machines without a GPU: see test/fixtures/gpu/fakeNvml.c. */
export interface FakeDriver {
  readonly folder: string;
  /** The built library. */
  readonly library: string;
  /** For programs that look for the library by its name. */
  readonly env: NodeJS.ProcessEnv;
  /** What it says from now on. */
  says(...lines: readonly string[]): void;
}

/** Why the library cannot be built here, or false. */
export function whyNoCompiler(): string | false {
  return spawnSync('cc', ['--version']).status === 0 ? false : 'no C compiler (cc) to build a driver with';
}

/** Builds it into a folder of the test's own. */
export function fakeDriver(t: { after: (end: () => void) => void }, ...lines: readonly string[]): FakeDriver {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-nvml-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, 'libnvidia-ml.so.1');
  const source = inRepository('test', 'fixtures', 'gpu', 'fakeNvml.c');
  const built = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`cc: ${built.stderr}`);
  const state = join(folder, 'state');
  const says = (...now: readonly string[]): void => {
    writeFileSync(`${state}.new`, now.map((line) => `${line}\n`).join(''));
    renameSync(`${state}.new`, state);
  };
  says(...lines);
  const env = { ...process.env, LD_LIBRARY_PATH: folder, FAKE_NVML: state };
  return { folder, library, env, says };
}

/**
 * Puts an nvidia-smi in front of PATH of this process that prints rows of a file again and again; a row `DIE` ends it, `HANG`
 * silences it. Returns what sets the rows.
 */
export function fakeNvidiaSmi(t: { after: (end: () => void) => void }): (...rows: readonly string[]) => void {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-smi-'));
  const { PATH } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true, force: true });
  });
  const rows = join(folder, 'rows');
  const program = join(folder, 'nvidia-smi');
  writeFileSync(
    program,
    `#!/bin/sh
case "$*" in *memory.free*) sed 's/^\\([0-9]*\\),.*/\\1, GPU-\\1, Tesla T4, 15360 MiB, 15000 MiB, 550.54/' ${rows}; exit 0;; esac
while :; do
  grep -q DIE ${rows} && exit 15
  grep -q HANG ${rows} || cat ${rows}
  sleep 0.03
done
`,
  );
  chmodSync(program, 0o755);
  process.env.PATH = `${folder}:${PATH}`;
  return (...now) => {
    writeFileSync(`${rows}.new`, now.map((row) => `${row}\n`).join(''));
    renameSync(`${rows}.new`, rows);
  };
}
