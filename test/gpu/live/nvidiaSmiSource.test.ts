import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NvidiaSmiSource } from '../../../src/gpu/live/nvidiaSmiSource.js';
import { until } from '../../processes.js';
import { fakeNvidiaSmi } from '../fakeDriver.js';

const ROWS = [
  '0, GPU-a, Tesla T4, 51, 1000, 15360, 40, 70.50',
  '1, GPU-b, Tesla T4, [N/A], 12, 15360, 41, [Not Supported]',
] as const;

test('NvidiaSmiSource gives each device that has said something new, and goes on after lost devices and ends', async (t) => {
  const says = fakeNvidiaSmi(t);
  says(...ROWS);
  const troubles: string[] = [];
  const source = new NvidiaSmiSource(30, (text) => troubles.push(text));
  t.after(() => source.close());
  let taken = source.take();
  const take = (count: number) => () => {
    taken = source.take();
    return taken.length === count;
  };
  await until('both devices', take(2));
  const common = { name: 'Tesla T4', memoryTotalMiB: 15360, processes: null };
  assert.deepEqual(taken, [
    {
      ...{
        index: 0,
        uuid: 'GPU-a',
        utilizationPercent: 51,
        memoryUsedMiB: 1000,
        temperatureC: 40,
        powerW: 70.5,
      },
      ...common,
    },
    {
      ...{
        index: 1,
        uuid: 'GPU-b',
        utilizationPercent: null,
        memoryUsedMiB: 12,
        temperatureC: 41,
        powerW: null,
      },
      ...common,
    },
  ]);
  assert.deepEqual(source.take(), [], 'nothing new');
  says(ROWS[0], 'Unable to determine the device handle for GPU 0000:00:1F.0: GPU is lost.');
  await until('one device', () => take(1)() && troubles.length > 0);
  assert.match(troubles[0]!, /^nvidia-smi: Unable to determine .* GPU is lost/);
  says('DIE');
  await until('the end', () =>
    troubles.some((text) => /ended with exit code 15; it is started again/.test(text)),
  );
  says(...ROWS);
  await until('both devices again', take(2));
});
