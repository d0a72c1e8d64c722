import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, EnvironmentError } from '../../../src/errors.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { tf } from '../../../src/tensorflow/tf.js';
import {
  explainOutOfMemory,
  freeGpuBytes,
  gpuNames,
  gpuNumbers,
  requireMemory,
  sharedMemories,
} from '../../../src/training/step/memory.js';
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

const listed = (...lines: readonly string[]) => {
  const said = lines.map((line, index) => `${index}, GPU-${'abcdef'[index]}0-1, ${line}\n`).join('');
  return (environment: NodeJS.ProcessEnv) =>
    freeGpuBytes(environment, () => said).map((bytes) => bytes && bytes / 2 ** 20);
};

test('freeGpuBytes() reads nvidia-smi for the GPUs that are visible, in the order of CUDA_VISIBLE_DEVICES', () => {
  const free = listed('NVIDIA H200, 40000', 'NVIDIA H200, 100', 'NVIDIA H200, 30000');
  assert.deepEqual(free({}), [40000, 100, 30000]);
  assert.deepEqual(free({ CUDA_VISIBLE_DEVICES: '0,2' }), [40000, 30000]);
  assert.deepEqual(free({ CUDA_VISIBLE_DEVICES: '2, 0' }), [30000, 40000]);
  assert.deepEqual(free({ CUDA_VISIBLE_DEVICES: 'GPU-c0,GPU-b0-1' }), [30000, 100], 'beginnings of UUIDs');
  assert.deepEqual(free({ CUDA_VISIBLE_DEVICES: '1,-1,2' }), [100], 'as CUDA: up to one that is none');
  for (const none of ['', '-1']) assert.deepEqual(free({ CUDA_VISIBLE_DEVICES: none }), []);
  assert.deepEqual(
    freeGpuBytes({}, () => 'No devices were found'),
    [],
  );
});

test('freeGpuBytes() leaves open what is not known: MIG, a driver that does not say, another order, memory that is taken', () => {
  const free = listed('NVIDIA GB10, [N/A]', 'NVIDIA GB10, 100');
  assert.deepEqual(free({}), [undefined, 100], 'GPU:1 keeps its number');
  assert.deepEqual(free({ CUDA_VISIBLE_DEVICES: 'MIG-f0,1' }), [undefined, 100]);
  const mixed = listed('NVIDIA T400 4GB, 100', 'NVIDIA RTX 6000 Ada Generation, 40000');
  assert.deepEqual(mixed({}), [], "CUDA's GPU:0 is the fastest");
  assert.deepEqual(mixed({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }), [100, 40000]);
  assert.deepEqual(mixed({ CUDA_VISIBLE_DEVICES: 'GPU-b0-1' }), [40000]);
  assert.deepEqual(free({ TF_FORCE_GPU_ALLOW_GROWTH: 'false' }), [], 'what is taken is free for the step');
});

test('gpuNames() are the kinds of the visible GPUs', () => {
  const said = () =>
    '0, GPU-a0, NVIDIA H200, 1\n1, GPU-b0, NVIDIA H200, 1\n2, GPU-c0, Tesla V100-SXM2-32GB, [N/A]\n';
  assert.deepEqual(gpuNames({}, said), ['NVIDIA H200', 'Tesla V100-SXM2-32GB']);
  assert.deepEqual(gpuNames({ CUDA_VISIBLE_DEVICES: '1,0' }, said), ['NVIDIA H200']);
  assert.deepEqual(gpuNames({ CUDA_VISIBLE_DEVICES: 'MIG-5' }, said), ['a part of a GPU']);
  assert.deepEqual(
    gpuNames({}, () => ''),
    [],
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

test('gpuNumbers() are those that nvidia-smi lists', () => {
  const said = '0, GPU-a1, NVIDIA H200, 143000\n1, GPU-b2, NVIDIA H200, [N/A]\n';
  assert.deepEqual(
    gpuNumbers(() => said),
    [0, 1],
  );
  assert.deepEqual(
    gpuNumbers(() => ''),
    [],
  );
});
