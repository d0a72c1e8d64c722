import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openContext } from '../../src/tensorflow/context.js';

test('openContext() makes as many logical CPU devices as asked for', () => {
  const context = openContext({ cpuDevices: 3, intraThreads: 1, interThreads: 1 });
  assert.deepEqual(
    context.devices.filter(({ type }) => type === 'CPU').map(({ name }) => name.split('/').at(-1)),
    ['device:CPU:0', 'device:CPU:1', 'device:CPU:2'],
  );
  assert.ok(context.devices.includes(context.defaultDevice));
});
