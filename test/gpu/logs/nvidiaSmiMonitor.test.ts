import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NvidiaSmiMonitorReader } from '../../../src/gpu/logs/nvidiaSmiMonitor.js';
import { readBy } from '../logs.js';

const read = (text: string) => readBy((sink) => new NvidiaSmiMonitorReader(sink), text);

test('dmon: columns by their header, also a changed one; mem is no memory in use', () => {
  const { samples, ignored } = read(
    '# gpu   pwr  temp    sm   mem\n# Idx     W     C     %     %\n    0    43    35    51    20\n    1     -     -     -     -\n# gpu    fb    sm\n    0   900     7\n    1   90\n',
  );
  assert.deepEqual(
    samples.map(({ time, devices }) => [
      time,
      ...devices.map((d) => [d.utilizationPercent, d.memoryUsedMiB, d.powerW]),
    ]),
    [
      [null, [51, null, 43], [null, null, null]],
      [null, [7, 900, null]],
    ],
  );
  assert.deepEqual(
    ignored.map(({ line }) => line),
    [7],
  );
});

test('pmon: a record a GPU with its processes; a round ends where a GPU comes again', () => {
  const { samples } = read(
    '# gpu        pid  type    sm   command\n# Idx          #   C/G     %   name\n    0       10     C    51   python a\n    0       11     C    51   x\n    1        -     -     -   -\n    0       10     C    51   python a\n    1        -     -     -   -\n',
  );
  assert.deepEqual(
    samples.map(({ devices }) =>
      devices.map(({ index, processes }) => [index, processes!.map(({ pid, command }) => [pid, command])]),
    ),
    [
      [
        [
          0,
          [
            [10, 'python a'],
            [11, 'x'],
          ],
        ],
        [1, []],
      ],
      [
        [0, [[10, 'python a']]],
        [1, []],
      ],
    ],
  );
});
