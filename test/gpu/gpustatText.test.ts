import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGpustatText } from '../../src/gpu/gpustatText.js';

const HEADER = 'host1  Thu Oct 11 04:16:20 2018';

test('parseGpustatText() reads gpustat 0.x: name, load, memory, processes', () => {
  const log = parseGpustatText(
    `${HEADER}\n[0] Tesla K80        | 49'C,  51 % | 10960 / 11441 MB | ubuntu(10945M) eve(3M)\n[1] Tesla K80        | 36'C,   0 % |     0 / 11441 MB |\n`,
    'log',
  );
  assert.deepEqual(log.samples, [
    {
      time: '2018-10-11T04:16:20',
      host: 'host1',
      devices: [
        {
          ...{ time: '2018-10-11T04:16:20', host: 'host1', index: 0, uuid: null, name: 'Tesla K80' },
          ...{
            utilizationPercent: 51,
            memoryUsedMiB: 10960,
            memoryTotalMiB: 11441,
            temperatureC: 49,
            powerW: null,
          },
          processes: [
            { user: 'ubuntu', command: null, pid: null, memoryMiB: 10945 },
            { user: 'eve', command: null, pid: null, memoryMiB: 3 },
          ],
        },
        {
          ...{ time: '2018-10-11T04:16:20', host: 'host1', index: 1, uuid: null, name: 'Tesla K80' },
          ...{
            utilizationPercent: 0,
            memoryUsedMiB: 0,
            memoryTotalMiB: 11441,
            temperatureC: 36,
            powerW: null,
          },
          processes: [],
        },
      ],
    },
  ]);
});

test('parseGpustatText() reads gpustat 1.x: driver, fan, encoder, power, pid, unknown values, colours', () => {
  const log = parseGpustatText(
    [
      'big-host   Sat Mar  2 09:01:02 2024  535.129.03',
      '\u001b[36m[12]\u001b[0m GeForce GTX TITAN 0 | 80°C,  16 %,  76 % (E:  88 %  D:  67 %),  125 / 250 W |  8000 / 12287 MB | user1:python/48448(4000M)\r',
      "[3] A100 | ??'C,  ?? % | ?? / 40960 MB | (Not Supported)",
    ].join('\n'),
    'log',
  );
  const [titan, a100] = log.samples[0]!.devices;
  assert.equal(log.samples[0]?.time, '2024-03-02T09:01:02');
  assert.deepEqual(
    [
      titan?.index,
      titan?.name,
      titan?.utilizationPercent,
      titan?.temperatureC,
      titan?.powerW,
      titan?.memoryUsedMiB,
    ],
    [12, 'GeForce GTX TITAN 0', 76, 80, 125, 8000],
  );
  assert.deepEqual(titan?.processes, [{ user: 'user1', command: 'python', pid: 48448, memoryMiB: 4000 }]);
  assert.deepEqual(
    [
      a100?.utilizationPercent,
      a100?.memoryUsedMiB,
      a100?.memoryTotalMiB,
      a100?.temperatureC,
      a100?.processes,
    ],
    [null, null, 40960, null, null],
  );
});

test('parseGpustatText() counts other lines, and refuses a GPU without header and a file without sample', () => {
  assert.deepEqual(
    parseGpustatText(`Every 0.5s: gpustat\n\n${HEADER}\n[0] K | 1'C, 2 % | 3 / 4 MB |\nbye`, 'log')
      .ignoredLines,
    [1, 5],
  );
  assert.throws(() => parseGpustatText('[0] K | 1 | 2 |', 'log'), /log:1: expected a header line/);
  assert.throws(() => parseGpustatText(`${HEADER}\n[0] K`, 'log'), /log:2: expected '\[i\] name/);
  assert.throws(() => parseGpustatText('nothing here', 'log'), /log: expected the output of gpustat/);
});
