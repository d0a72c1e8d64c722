import { test } from 'node:test';
import { openEngine } from '../../src/tensorflow/engine.js';
import { assertSameBits, outcomeOf } from './learnerOutcome.js';

openEngine({ threads: 2, cpuDevices: 4 });

test("recompute: the same bits, on one device, in pipelines and with all replicas' batch norm", async () => {
  const pipeline = { strategy: 'pipeline', devices: 2, microBatches: 4, cuts: ['s2b1'] } as const;
  for (const [parallel, more] of [
    [{}, {}],
    [{ microBatches: 2 }, { clipNorm: 0.5, emaDecay: 0.9 }],
    [{}, { precision: 'bfloat16' }],
    [pipeline, {}],
    [{ ...pipeline, schedule: 'gpipe' }, {}],
    [{ strategy: 'data', devices: 2 }, { syncBatchNorm: true }],
  ] as const)
    assertSameBits(await outcomeOf(parallel, { ...more, recompute: true }), await outcomeOf(parallel, more));
});
