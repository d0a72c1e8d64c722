import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GpustatTextReader } from '../../../src/gpu/logs/gpustatText.js';
import { readBy } from '../logs.js';

const read = (text: string) => readBy((sink) => new GpustatTextReader(sink), text);
const header = (second: number, host = 'host1') => `${host}  Thu Oct 11 04:16:2${second} 2018\n`;
const device = (index: number, percent = 51) =>
  `[${index}] Tesla K80 | 49'C,  ${percent} % | 10 / 11 MB | ubuntu(10M) eve(3M)\n`;

test('GpustatTextReader reads blocks of a header and devices', () => {
  const { samples, ignored } = read(header(0) + device(0) + device(1) + header(1) + device(0));
  assert.deepEqual(
    samples.map(({ time, host, devices }) => [time, host, devices.length]),
    [
      ['2018-10-11T04:16:20', 'host1', 2],
      ['2018-10-11T04:16:21', 'host1', 1],
    ],
  );
  assert.deepEqual(ignored, []);
});

test('a header that cannot be read ends the block before it', () => {
  const { samples, ignored } = read(
    `${header(0)}${device(0)}host1  Thu Oct 11 04:16:2\n${device(0, 0)}${header(2)}${device(0)}`,
  );
  assert.equal(samples.length, 2);
  assert.deepEqual(
    ignored.map(({ line }) => line),
    [3, 4],
  );
});

test('a block with a lost header or of two writers is left out as a whole', () => {
  assert.deepEqual(read(header(0) + device(0) + device(1) + device(0) + device(1)).samples, []);
  const two = header(0, 'a') + header(0, 'b') + device(0) + device(1);
  assert.match(read(two).ignored.at(-1)!.reason, /two programs wrote at once/);
});

test('GPUs in falling order, as gpustat --id 2,1,0 prints them, are a block; no other order is', () => {
  const falling = header(0) + device(2) + device(1) + device(0);
  const { samples, ignored } = read(falling + header(1) + device(2) + device(1) + device(0));
  assert.deepEqual(
    samples.map(({ devices }) => devices.map(({ index }) => index)),
    [
      [2, 1, 0],
      [2, 1, 0],
    ],
  );
  assert.deepEqual(ignored, []);
  for (const lost of [
    [2, 1, 0, 2, 1, 0],
    [1, 0, 1, 0],
    [0, 2, 1],
    [1, 1],
  ])
    assert.deepEqual(read(header(0) + lost.map((index) => device(index)).join('')).samples, [], String(lost));
});

test('any name, two-digit ids, unknown values, processes with blanks and colons, a lost GPU', () => {
  const { samples, ignored } = read(
    `${header(0)}${[
      '[9] GeForce GTX TITAN 0 | 80°C,  16 %,  76 % (E:  88 %  D:  67 %),  125 / 250 W |  8000 / 12287 MB | ada:tmux: server/48448(4000M) --:a b/--(?M)',
      "[10] A100 | ??'C,  ?? % | ?? / 40960 MB | (Not Supported)",
      '[11] ((GPU is lost)) |  ?°C,   ? % |     ? /     ? MB | (Not Supported)',
      '[12] 33°C,   5 %,  125 W |  1 / 2 MB',
    ].join('\n')}\n`,
  );
  assert.deepEqual(ignored, []);
  const [titan, a100, lost, nameless] = samples[0]!.devices;
  assert.deepEqual(
    [titan!.name, titan!.utilizationPercent, titan!.temperatureC, titan!.powerW, titan!.memoryUsedMiB],
    ['GeForce GTX TITAN 0', 76, 80, 125, 8000],
  );
  assert.deepEqual(titan!.processes, [
    { user: 'ada', command: 'tmux: server', pid: 48448, memoryMiB: 4000 },
    { user: null, command: 'a b', pid: null, memoryMiB: null },
  ]);
  assert.deepEqual([a100!.utilizationPercent, a100!.memoryTotalMiB, a100!.processes], [null, 40960, null]);
  assert.deepEqual([lost!.index, lost!.name, lost!.memoryTotalMiB], [11, null, null]);
  assert.deepEqual([nameless!.name, nameless!.utilizationPercent, nameless!.powerW], [null, 5, 125]);
});
