import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { ensureKernelSpec, jupyterEnvironment, pythonProgram } from '../../src/kernel/notebooks/jupyter.js';
import { inRepository } from '../../src/paths.js';

test("the kernel answers Jupyter's kernel manager over tcp and ipc, and a client without the CurveZMQ key gets nothing", () => {
  ensureKernelSpec();
  const program = inRepository('test', 'fixtures', 'kernel', 'transports.py');
  const run = spawnSync(pythonProgram('python'), [program, inRepository('notebooks')], {
    env: jupyterEnvironment(),
    encoding: 'utf8',
    timeout: 240_000,
  });
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(
    run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { transport: 'tcp', encrypted: false, status: 'ok', refused: false },
      { transport: 'tcp', encrypted: true, status: 'ok', refused: true },
      { transport: 'ipc', encrypted: false, status: 'ok', refused: false },
      { transport: 'ipc', encrypted: true, status: 'ok', refused: true },
    ],
  );
});
