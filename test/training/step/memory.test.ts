import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, EnvironmentError } from '../../../src/errors.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { tf } from '../../../src/tensorflow/tf.js';
import { explainOutOfMemory, requireMemory, sharedMemories } from '../../../src/training/step/memory.js';
import type { DeviceMemory } from '../../../src/training/step/stepMemory.js';

const device = (name: string, bytes: number): DeviceMemory => ({
  device: name,
  variables: 1e12,
  gradients: 0,
  activations: bytes,
});

test('requireMemory() says what is needed, what is there, and the batch that would fit', () => {
  const step = [device('CPU:0', 4e9), device('CPU:1', 4e9)];
  const machine = (free: number) => [{ name: 'this machine', devices: ['CPU:0', 'CPU:1'], free }];
  requireMemory(step, { batchSize: 16 }, machine(9e9));
  assert.throws(
    () => requireMemory(step, { batchSize: 16 }, machine(3e9)),
    (error) =>
      error instanceof EnvironmentError &&
      /needs about 8\.0 GB .* on this machine, 3\.0 GB are free: take a BATCH_SIZE of at most 6/.test(
        error.message,
      ),
  );
});

test('requireMemory() names the GPU that is the scarcest', () => {
  const gpu = (index: number, free: number) => ({ name: `GPU:${index}`, devices: [`GPU:${index}`], free });
  const step = [device('GPU:0', 6e9), device('GPU:1', 4e9)];
  requireMemory(step, { batchSize: 16 }, [gpu(0, 7e9), gpu(1, 5e9)]);
  assert.throws(
    () => requireMemory(step, { batchSize: 16 }, [gpu(0, 5e9), gpu(1, 2e9)]),
    /4\.0 GB .* on GPU:1, 2\.0 GB are free: take a BATCH_SIZE of at most 8,/,
  );
});

test("sharedMemories() gives each GPU its own, and the CPU's devices the machine's", () => {
  const names = ['GPU:0', 'GPU:1', 'CPU:0', 'CPU:1'].map(
    (name) => `/job:localhost/replica:0/task:0/device:${name}`,
  );
  const [first, second, machine, ...none] = sharedMemories(names, () => [7, 5]);
  assert.deepEqual(first, { name: 'GPU:0', devices: names.slice(0, 1), free: 7 });
  assert.deepEqual(second, { name: 'GPU:1', devices: names.slice(1, 2), free: 5 });
  assert.deepEqual(machine!.devices, names.slice(2));
  assert.ok(machine!.free > 1e6);
  assert.deepEqual(none, []);
  assert.deepEqual(
    sharedMemories(names.slice(0, 2), () => []),
    [],
    'nvidia-smi is not there: nothing is known',
  );
  assert.deepEqual(
    sharedMemories(names.slice(0, 2), () => [undefined, 5]).map(({ name }) => name),
    ['GPU:1'],
    'of one that the driver does not tell nothing is required',
  );
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
