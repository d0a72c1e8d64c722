import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkOptions } from '../../../src/model/architecture.js';
import { networkOf } from '../../../src/model/zoo/networks.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { TracedLearner } from '../../../src/training/step/tracedLearner.js';
import { batch, options } from '../learnerOutcome.js';

test('stages that share a device are measured one after the other, each with its own work alone', async () => {
  const engine = openEngine({ cpuDevices: 2 });
  const device = engine.context.devices[0]!.name;
  const network = networkOf(options.network as NetworkOptions);
  const pieces = network.pieces.map(({ name }) => name);
  const learner = new TracedLearner(
    engine,
    { ...options, network },
    { devices: [pieces.map(() => device)], cuts: pieces.slice(1), microBatches: 1, schedule: '1f1b' },
  );
  await learner.step(batch, { passes: true });
  const { passes } = (await learner.step(batch, { passes: true })).times;
  learner.dispose();
  const inOrder = [...passes].sort((one, other) => one.fromMs - other.fromMs);
  assert.deepEqual(
    inOrder.map(({ name, stage }) => `${name} ${pieces[stage]}`),
    [
      ...pieces.map((piece) => `forward 0 ${piece}`),
      ...pieces.toReversed().map((piece) => `backward 0 ${piece}`),
    ],
  );
  for (const [index, { fromMs }] of inOrder.slice(1).entries()) assert.ok(fromMs >= inOrder[index]!.toMs);
});
