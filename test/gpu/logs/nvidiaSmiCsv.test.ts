import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NvidiaSmiCsvReader } from '../../../src/gpu/logs/nvidiaSmiCsv.js';
import { readBy } from '../logs.js';

const read = (text: string) => readBy((sink) => new NvidiaSmiCsvReader(sink), text);

test('NvidiaSmiCsvReader: unknown cells are null, rows that do not fit are named', () => {
  const { samples, ignored } = read(
    [
      'timestamp, index, utilization.gpu [%], memory.used [MiB], power.draw [W]',
      '2018/10/11 04:16:20.123, 0, [N/A], [Not Supported], ERR!',
      '2018/10/11 04:16:20.125, 1, 51 %, 10960 MiB, 43.25 W',
      '2018/10/11 04:16:21.123, 0, 0x33 %, 1 MiB, 1 W',
      '2018/10/11 04:16:21.125, 1, 510 %, 1 MiB, 1 W',
      '2018/13/11 04:16:21.125, 1, 5 %, 1 MiB, 1 W',
      '2018/10/11 04:16:21.125, 1, 5 %',
      '2018/10/11 04:16:22.000, 1, 5 %, 1 Mi',
    ].join('\n'),
  );
  assert.equal(samples.length, 1);
  const [first, second] = samples[0]!.devices;
  assert.deepEqual([first!.utilizationPercent, first!.memoryUsedMiB, first!.powerW], [null, null, null]);
  assert.deepEqual([second!.utilizationPercent, second!.memoryUsedMiB, second!.powerW], [51, 10960, 43.25]);
  assert.equal(second!.time, '2018-10-11T04:16:20.125');
  assert.deepEqual(
    ignored.map(({ line }) => line),
    [4, 5, 6, 7, 8],
  );
});

test('NvidiaSmiCsvReader: a header that cannot be read ends what the columns mean', () => {
  const { samples, ignored } = read(
    'index, utilization.gpu [%]\n0, 5 %\nindex, utilXzation.gpu [%]\n0, 6 %\n',
  );
  assert.equal(samples.length, 1);
  assert.deepEqual(
    ignored.map(({ line }) => line),
    [3, 4],
  );
});

test('NvidiaSmiCsvReader without header: two columns in per cent are not guessed at', () => {
  const { samples } = read('2018/10/11 04:16:20.123, 0, 33 %, 51 %, 5 MiB\n');
  const [device] = samples[0]!.devices;
  assert.deepEqual([device!.index, device!.utilizationPercent, device!.memoryUsedMiB], [0, null, 5]);
});

test('NvidiaSmiCsvReader without header: memory that is less at work than at rest is free memory, not memory in use', () => {
  const rows = (atWork: number, atRest: number) =>
    [20, 21, 22]
      .map(
        (second) =>
          `2018/10/11 04:16:${second}.100, 0, 90 %, ${atWork} MiB, 11441 MiB\n2018/10/11 04:16:${second}.101, 1, 0 %, ${atRest} MiB, 11441 MiB\n`,
      )
      .join('');
  const memoryOf = (text: string) =>
    read(text).samples[0]!.devices.map((device) => [device.memoryUsedMiB, device.memoryTotalMiB]);
  assert.deepEqual(memoryOf(rows(10960, 0)), [
    [10960, 11441],
    [0, 11441],
  ]);
  assert.deepEqual(memoryOf(rows(481, 11441)), [
    [null, 11441],
    [null, 11441],
  ]);
  // A program that computes has more than that.
  assert.deepEqual(memoryOf(rows(12, 12)), [
    [null, 11441],
    [null, 11441],
  ]);
});
