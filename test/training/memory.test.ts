import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { EngineError, EnvironmentError } from '../../src/errors.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { tf } from '../../src/tensorflow/tf.js';
import { createLearner } from '../../src/training/createLearner.js';
import { ON_ONE_DEVICE } from '../../src/training/learnerOptions.js';
import {
  explainOutOfMemory,
  freeBytes,
  freeBytesFor,
  freeGpuBytes,
  requireMemory,
} from '../../src/training/memory.js';
import { options } from './decidedBatch.js';

test('freeBytes() is some of what the machine has', () => {
  assert.ok(freeBytes() > 1e6 && freeBytes() <= totalmem());
});

test('requireMemory() says what is needed, what is there, and the batch that would fit', () => {
  requireMemory(1e9, { batchSize: 16 }, 2e9);
  assert.throws(
    () => requireMemory(8e9, { batchSize: 16 }, 3e9),
    (error) =>
      error instanceof EnvironmentError &&
      /needs about 8\.0 GB .* 3\.0 GB are free: take a BATCH_SIZE of at most 6/.test(error.message),
  );
});

test('stepBytes() grows with the rows that are computed at once, and with what a schedule keeps', async () => {
  const bytesOf = async (parallel: object, batchSize = 16, recompute = false): Promise<number> => {
    const learner = await createLearner({
      ...{ ...options, batchSize, recompute },
      parallel: { ...ON_ONE_DEVICE, cuts: ['s2b1'], ...parallel },
    });
    const bytes = await learner.stepBytes();
    learner.dispose();
    return bytes;
  };
  const [whole, half, accumulated] = [
    await bytesOf({}),
    await bytesOf({}, 8),
    await bytesOf({ microBatches: 2 }),
  ];
  assert.ok(whole > 1.7 * half, `${whole} ${half}`);
  assert.ok(Math.abs(accumulated / half - 1) < 0.01, 'micro-batches come one after the other');
  const pipeline = { strategy: 'pipeline', devices: 2, microBatches: 4 };
  const gpipe = { ...pipeline, schedule: 'gpipe' };
  assert.ok((await bytesOf(gpipe)) > (await bytesOf(pipeline)));
  assert.ok((await bytesOf({}, 16, true)) < 0.7 * whole, 'the stem is about half of the network');
  assert.ok(
    (await bytesOf(gpipe, 16, true)) < 0.5 * (await bytesOf(gpipe)),
    'inputs of pieces alone are kept',
  );
});

test('freeGpuBytes() reads nvidia-smi for the GPUs that are visible; freeBytesFor() takes as much of each as of the fullest', () => {
  const said = () => '0, 40000\n1, 100\n2, 30000\n';
  const mebibytes = (numbers: readonly number[]): number[] => numbers.map((bytes) => bytes / 2 ** 20);
  assert.deepEqual(mebibytes(freeGpuBytes({}, said)), [40000, 100, 30000]);
  assert.deepEqual(mebibytes(freeGpuBytes({ CUDA_VISIBLE_DEVICES: '0,2' }, said)), [40000, 30000]);
  assert.deepEqual(
    freeGpuBytes({}, () => 'No devices were found'),
    [],
  );
  const devices = [
    '/job:localhost/replica:0/task:0/device:GPU:0',
    '/job:localhost/replica:0/task:0/device:GPU:1',
  ];
  assert.equal(
    freeBytesFor(devices, () => [7, 5]),
    10,
  );
  const onCpu = freeBytesFor(['/device:CPU:0'], () => [1]);
  assert.ok(onCpu > 1e6, 'the GPUs are not asked for devices of the CPU');
});

test('explainOutOfMemory() says what to do of an error that TensorFlow gives where memory ends', () => {
  openEngine();
  const ended = (): unknown => {
    try {
      return tf.zeros([1000, 1000]).tile([1e4, 1e4]);
    } catch (error) {
      return error;
    }
  };
  const error = ended();
  assert.ok(error instanceof EngineError && error.outOfMemory, String(error));
  const explained = explainOutOfMemory(error, { batchSize: 64 });
  assert.ok(explained instanceof EnvironmentError);
  assert.match(explained.message, /found no memory \(.*OOM.*\): take a BATCH_SIZE of 32 or less/);
  const other = new EngineError('step', 'another reason');
  assert.equal(explainOutOfMemory(other, { batchSize: 64 }), other);
});
