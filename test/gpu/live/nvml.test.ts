import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvironmentError } from '../../../src/errors.js';
import { openNvml } from '../../../src/gpu/live/nvml.js';
import { NvmlError } from '../../../src/gpu/live/nvmlApi.js';
import { NvmlSource } from '../../../src/gpu/live/nvmlSource.js';
import { fakeDriver, whyNoCompiler } from '../fakeDriver.js';

const skip = whyNoCompiler();

test('openNvml() reads what a library says, by the structures of nvml.h; what is not supported is null', {
  skip,
}, (t) => {
  const driver = fakeDriver(
    t,
    'GPU-a Tesla_T4 51 1000 15360 40 70500 7:128,4242:256 0',
    'GPU-b Tesla_T4 -1 12 15360 -1 -1 - 0',
  );
  process.env.FAKE_NVML = driver.env.FAKE_NVML;
  const nvml = openNvml(driver.library);
  const [one, two] = nvml.devices();
  assert.deepEqual([one!.index, one!.uuid, one!.name], [0, 'GPU-a', 'Tesla T4']);
  const total = { memoryTotalMiB: 15360 };
  const [a, b] = [one!, two!].map(({ handle }) => handle as bigint);
  assert.deepEqual(nvml.read(a!), {
    ...{ utilizationPercent: 51, memoryUsedMiB: 1000, temperatureC: 40, powerW: 70.5, ...total },
  });
  assert.deepEqual(nvml.processes(a!), [
    { pid: 7, memoryMiB: 128 },
    { pid: 4242, memoryMiB: 256 },
  ]);
  assert.deepEqual(nvml.read(b!), {
    ...{ utilizationPercent: null, memoryUsedMiB: 12, temperatureC: null, powerW: null, ...total },
  });
  assert.deepEqual(nvml.processes(b!), []);
  driver.says('GPU-a Tesla_T4 51 1000 15360 40 70500 - 15');
  assert.throws(() => nvml.read(a!), { code: 15, message: /nvmlDeviceGet\w+: GPU is lost/ });
  assert.ok(nvml.devices()[0]!.handle instanceof NvmlError);
  nvml.shutdown();
  assert.throws(() => nvml.devices(), { code: 1 });
});

test('NvmlSource over a library: a driver that is reset is begun anew', { skip }, (t) => {
  const row = 'GPU-a Tesla_T4 51 1000 15360 40 70500 - 0';
  const driver = fakeDriver(t, row);
  process.env.FAKE_NVML = driver.env.FAKE_NVML;
  let now = 0;
  const troubles: string[] = [];
  const source = new NvmlSource(
    openNvml(driver.library),
    (text) => troubles.push(text),
    () => now,
  );
  assert.equal(source.take()[0]!.utilizationPercent, 51);
  driver.says('driver 1 reset', row);
  assert.deepEqual(source.take(), []);
  assert.deepEqual(source.take(), []);
  assert.match(troubles.join('|'), /^GPU 0: nvmlDeviceGetMemoryInfo_v2: Uninitialized$/);
  now = 60_000;
  assert.equal(source.take()[0]!.utilizationPercent, 51);
  driver.says('init 18', row);
  source.take();
  now = 120_000;
  assert.deepEqual(source.take(), []);
  assert.match(troubles.at(-1)!, /nvmlInit_v2: Driver\/library version mismatch/);
  driver.says(row);
  now = 240_000;
  assert.equal(source.take().length, 1);
  source.close();
});

test('openNvml() of what is no driver is an EnvironmentError', () => {
  assert.throws(() => openNvml('libnvidia-none.so.1'), EnvironmentError);
  assert.throws(() => openNvml('libc.so.6'), /NVML cannot begin: .*nvmlInit_v2|Expected libc.so.6/);
});
