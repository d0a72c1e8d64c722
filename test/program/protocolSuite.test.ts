import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { ensureKernelSpec, jupyterEnvironment, pythonProgram } from '../../src/kernel/notebooks/jupyter.js';
import { inRepository } from '../../src/paths.js';

test("the kernel passes jupyter_kernel_test, Jupyter's own suite for kernels: 13 tests with 21 subtests", () => {
  ensureKernelSpec();
  const suite = inRepository('test', 'fixtures', 'kernel', 'protocol_suite.py');
  const run = spawnSync(pythonProgram('python'), ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', suite], {
    env: jupyterEnvironment(),
    encoding: 'utf8',
    timeout: 300_000,
  });
  const summary = run.stdout.trim().split('\n').at(-1) ?? '';
  // The counts say that no sample was skipped: the suite skips what a kernel gives no sample for.
  assert.match(summary, /^13 passed, 21 subtests passed in/, run.stdout + run.stderr);
  assert.equal(run.status, 0);
});
