import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeGpuBytes, gpuNames, gpuNumbers, nvidiaGpus } from '../src/nvidiaGpus.js';

/** As nvidia-smi writes GPUs of these names and of so much free memory. */
const answer = (...gpus: readonly (readonly [name: string, free: string])[]): string =>
  gpus
    .map(([name, free], i) => `${i}, GPU-${'abcdef'[i]}0-1, ${name}, 143771 MiB, ${free}, 550.54.15\n`)
    .join('');
const listed = (...gpus: readonly (readonly [name: string, free: string])[]) => {
  const said = answer(...gpus);
  return (environment: NodeJS.ProcessEnv) =>
    freeGpuBytes(environment, () => said).map((bytes) => bytes && bytes / 2 ** 20);
};

test('freeGpuBytes() reads nvidia-smi for the GPUs that are visible, in the order of CUDA_VISIBLE_DEVICES', () => {
  const free = listed(['NVIDIA H200', '40000 MiB'], ['NVIDIA H200', '100 MiB'], ['NVIDIA H200', '30000 MiB']);
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
  const free = listed(['NVIDIA GB10', '[N/A]'], ['NVIDIA GB10', '100 MiB']);
  assert.deepEqual(free({}), [undefined, 100], 'GPU:1 keeps its number');
  assert.deepEqual(free({ CUDA_VISIBLE_DEVICES: 'MIG-f0,1' }), [undefined, 100]);
  const mixed = listed(['NVIDIA T400 4GB', '100 MiB'], ['NVIDIA RTX 6000 Ada Generation', '40000 MiB']);
  assert.deepEqual(mixed({}), [], "CUDA's GPU:0 is the fastest");
  assert.deepEqual(mixed({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }), [100, 40000]);
  assert.deepEqual(mixed({ CUDA_VISIBLE_DEVICES: 'GPU-b0-1' }), [40000]);
  assert.deepEqual(free({ TF_FORCE_GPU_ALLOW_GROWTH: 'false' }), [], 'what is taken is free for the step');
});

test('gpuNames() are the kinds of the visible GPUs', () => {
  const said = () =>
    answer(['NVIDIA H200', '1 MiB'], ['NVIDIA H200', '1 MiB'], ['Tesla V100-SXM2-32GB', '[N/A]']);
  assert.deepEqual(gpuNames({}, said), ['NVIDIA H200', 'Tesla V100-SXM2-32GB']);
  assert.deepEqual(gpuNames({ CUDA_VISIBLE_DEVICES: '1,0' }, said), ['NVIDIA H200']);
  assert.deepEqual(gpuNames({ CUDA_VISIBLE_DEVICES: 'MIG-5' }, said), ['a part of a GPU']);
  assert.deepEqual(
    gpuNames({}, () => ''),
    [],
  );
});

test('gpuNumbers() are those that nvidia-smi lists', () => {
  const said = answer(['NVIDIA H200', '143000 MiB'], ['NVIDIA H200', '[N/A]']);
  assert.deepEqual(
    gpuNumbers(() => said),
    [0, 1],
  );
  assert.deepEqual(
    gpuNumbers(() => ''),
    [],
  );
});

test('nvidiaGpus() says what the driver says, and leaves out what is no GPU of its own', () => {
  const said = `Unable to determine the device handle for GPU0000:07:00.0: Unknown Error\n${answer(['NVIDIA H200', '40000 MiB'])}`;
  assert.deepEqual(
    nvidiaGpus(() => said),
    [
      {
        ...{ index: 0, uuid: 'GPU-a0-1', name: 'NVIDIA H200', memory: '143771 MiB' },
        ...{ freeBytes: 40000 * 2 ** 20, driver: '550.54.15' },
      },
    ],
  );
});
