import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { InterruptedError } from '../../src/errors.js';
import { findRate, type RateRecord } from '../../src/training/findRate.js';
import { train } from '../../src/training/train.js';
import { computed, trainFixture } from './trainFixture.js';

async function swept(records: AsyncIterable<RateRecord>): Promise<RateRecord[]> {
  const all: RateRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

test('findRate() takes the batches of a run with rising rates, says where the loss falls, the same again, and leaves nothing', async (t) => {
  const config = await trainFixture(t);
  const before = readdirSync(dirname(config.data));
  const records = await swept(findRate(config, { steps: 40 }));
  assert.deepEqual(await swept(findRate(config, { steps: 40 })), records);
  assert.deepEqual(readdirSync(dirname(config.data)), before);
  const steps = records.flatMap((record) => (record.kind === 'step' ? [record] : []));
  const end = records.at(-1)!;
  assert.ok(end.kind === 'end' && end.suggested !== null, 'bright balls in noise are learned');
  // Measured 5.9e-4; Adam learns them at rates from about 1e-4 to 1e-2.
  assert.ok(end.suggested > 1e-4 && end.suggested < 1e-2, `${end.suggested}`);
  assert.ok(end.lowest! > end.suggested);
  assert.ok(steps.every(({ step, steps: all }, i) => step === i + 1 && all === 40));
  for await (const record of train(config))
    if (record.kind === 'step') {
      assert.equal(steps[0]!.loss, computed([record])[0]![2], 'the first step of a run has the same loss');
      break;
    }
});

test('findRate() ends where the loss runs away, suggests for the batch of BASE_BATCH, and stops when asked', async (t) => {
  const config = await trainFixture(t);
  const records = await swept(findRate(config, { low: 1e-4, high: 1e6, steps: 60 }));
  const end = records.at(-1)!;
  assert.ok(end.kind === 'end' && end.diverged);
  assert.ok(records.length < 60, `${records.length}`);
  // A plan for batches twice as large halves the rates of this one: the same losses at twice the LEARNING_RATE.
  const halved = { ...config, learningRatePlan: { ...config.learningRatePlan, baseBatch: 12 } };
  const [plain, scaled] = [
    await swept(findRate(config, { low: 1e-4, high: 1e-2, steps: 20 })),
    await swept(findRate(halved, { low: 2e-4, high: 2e-2, steps: 20 })),
  ];
  for (const [i, record] of plain.entries()) {
    const other = scaled[i]!;
    if (record.kind !== 'step' || other.kind !== 'step') continue;
    assert.ok(Math.abs(other.learningRate / record.learningRate - 2) < 1e-9);
    assert.ok(Math.abs(other.loss / record.loss - 1) < 1e-4, `step ${i}: ${other.loss}, ${record.loss}`);
  }
  const controller = new AbortController();
  await assert.rejects(async () => {
    for await (const record of findRate(config, { signal: controller.signal }))
      if (record.kind === 'step' && record.step === 3) controller.abort();
  }, InterruptedError);
  await assert.rejects(swept(findRate(config, { steps: 5 })), /Expected at least 20 steps, received 5/);
  await assert.rejects(swept(findRate(config, { low: 1, high: 0.1 })), /Expected rates above 0 that rise/);
});
