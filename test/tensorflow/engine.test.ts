import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { EngineError } from '../../src/errors.js';
import { inRepository } from '../../src/paths.js';
import { openEngine, unusedGpuNote } from '../../src/tensorflow/engine.js';
import { freePorts } from '../kernel/kernelClient.js';

test('openEngine() is one engine a process; another layout later is refused', () => {
  const engine = openEngine({ threads: 1 });
  assert.equal(openEngine(), engine);
  assert.match(engine.version, /^2\.\d+\.\d+/);
  assert.throws(
    () => openEngine({ threads: 2 }),
    (error) => error instanceof EngineError && /another layout/.test(error.message),
  );
  assert.throws(() => openEngine({ threads: -1 }), RangeError);
});

test('a program that used the engine ends in order, and TensorFlow prints nothing on the way', () => {
  const program = `import { openEngine } from ${JSON.stringify(inRepository('dist/src/tensorflow/engine.js'))};
    import { tf } from ${JSON.stringify(inRepository('dist/src/tensorflow/tf.js'))};
    openEngine(); console.log(tf.tensor1d([1, 2]).sum().dataSync()[0]);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined },
  });
  assert.deepEqual([run.status, run.stdout, run.stderr], [0, '3\n', '']);
});

test("TensorFlow's own variable says the threads where no option does", () => {
  const program = `import { openEngine } from ${JSON.stringify(inRepository('dist/src/tensorflow/engine.js'))};
    const { context } = openEngine({ threads: Number(process.argv[1]) });
    console.log(context.layout.intraThreads);
    process.exit(0);`;
  const layouts = [
    ['3', '0'],
    ['3', '2'],
    ['all', '0'],
    ['', '0'],
  ].map(([variable, option]) => {
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program, option!], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: variable },
    });
    return run.stdout.trim();
  });
  assert.deepEqual(layouts, ['3', '2', '0', '0']);
});

test('unusedGpuNote() speaks where a machine has a GPU and the CPU computes unasked', () => {
  const files = ['null', 'nvidia0', 'nvidiactl'];
  assert.match(unusedGpuNote('CPU', {}, files) ?? '', /TensorFlow can use none and computes on the CPU/);
  const listed = { CUDA_VISIBLE_DEVICES: '3' };
  assert.match(unusedGpuNote('CPU', listed, files) ?? '', /can use none of CUDA_VISIBLE_DEVICES 3 and/);
  assert.equal(unusedGpuNote('GPU', {}, files), undefined);
  for (const hidden of ['', '-1'])
    assert.equal(unusedGpuNote('CPU', { CUDA_VISIBLE_DEVICES: hidden }, files), undefined);
  assert.equal(unusedGpuNote('CPU', {}, ['null', 'nvidiactl']), undefined);
});

test('a process of a cluster has as many devices as one that computes alone', async () => {
  const program = `import { openEngine } from ${JSON.stringify(inRepository('dist/src/tensorflow/engine.js'))};
    const cluster = { addresses: ['127.0.0.1:' + process.argv[1]], rank: 0 };
    const { context } = openEngine({ cpuDevices: 3, threads: 1, cluster });
    console.log(context.devices.filter(({ type }) => type === 'CPU').length);
    process.exit(0);`;
  const [port] = await freePorts(1);
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program, String(port)], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(run.stdout, `${openEngine().context.layout.cpuDevices}\n`, run.stderr);
});
