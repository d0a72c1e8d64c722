import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../../src/errors.js';
import type { OwnLoss } from '../../../src/model/loss.js';
import { openEngine } from '../../../src/tensorflow/engine.js';
import { tf } from '../../../src/tensorflow/tf.js';
import { readMetrics } from '../../../src/training/run/metricsLog.js';
import { readRunConfig } from '../../../src/training/run/runFolder.js';
import {
  augmentBatch,
  meanOwnLoss,
  type OwnAugmentation,
  type OwnParts,
  ownMetrics,
} from '../../../src/training/step/ownParts.js';
import { train } from '../../../src/training/train.js';
import { runPython } from '../../python.js';
import { allRecords, computed, trainFixture } from '../trainFixture.js';

openEngine();

/** Cross-entropy written another way. */
const entropy: OwnLoss = {
  name: 'entropy',
  ofRows: (logits, labels) =>
    tf.losses
      .sigmoidCrossEntropy(labels.expandDims(1), logits.expandDims(1), undefined, 0, tf.Reduction.NONE)
      .squeeze([1]),
};
/** Tversky's index of each row, which Keras knows of a batch. */
const tversky: OwnLoss = {
  name: 'tversky',
  ofRows: (logits, labels) => {
    const p = logits.sigmoid();
    const hit = p.mul(labels);
    const missed = labels.mul(tf.scalar(1).sub(p)).mul(0.7);
    const wrong = tf.scalar(1).sub(labels).mul(p).mul(0.3);
    return tf.scalar(1).sub(hit.div(hit.add(missed).add(wrong).add(1e-7)));
  },
};
const invert: OwnAugmentation = {
  name: 'invert',
  change: (patch, { random }) => {
    if (random.uniform() < 0.5) for (let i = 0; i < patch.length; i++) patch[i] = -600 - patch[i]!;
  },
};

test("train() with cross-entropy as a loss of one's own computes what LOSS cross-entropy does", async (t) => {
  const config = await trainFixture(t);
  const own = await allRecords(train(config, { loss: entropy }));
  const built = await allRecords(train({ ...config, run: `${config.run}-built` }));
  const [a, b] = [own, built].map(computed);
  for (const [i, [kind, step, loss]] of a!.entries()) {
    assert.deepEqual([kind, step], b![i]!.slice(0, 2));
    assert.ok(
      Math.abs(Number(loss) / Number(b![i]![2]) - 1) < 1e-4,
      `${kind} ${step}: ${loss}, ${b![i]![2]}`,
    );
  }
  assert.ok(own[0]!.kind === 'start' && own[0]!.loss.startsWith('entropy (its own loss)'));
  assert.deepEqual(readRunConfig(config.run).own, { loss: 'entropy' });
});

// Keras 3.15 calls false positive what has label 1 and is missed: its alpha is ours of missed rows.
test("meanOwnLoss() of predicted rows is Keras' Tversky, row by row", () => {
  const classes = [1, 0, 1, 1, 0, 0];
  const probabilities = Float32Array.of(0.9, 0.2, 0.4, 0.75, 0.6, 0.01);
  const expected = runPython<number>(
    `import json, sys, keras, numpy as np
y, p = (np.array(v, 'float32')[:, None] for v in json.load(sys.stdin))
print(json.dumps(float(np.mean([keras.losses.Tversky(alpha=0.7, beta=0.3)(y[i:i+1], p[i:i+1]) for i in range(len(y))]))))`,
    [classes, [...probabilities]],
  );
  assert.ok(Math.abs(meanOwnLoss(tversky, probabilities, classes) - expected) < 1e-5);
});

test('a loss of another shape, an augmentation that fails and a resume without the own parts are refused', async (t) => {
  const config = await trainFixture(t);
  const whole: OwnLoss = { name: 'whole', ofRows: (logits) => logits.mean().expandDims(0) };
  const refused = (parts: OwnParts, reason: RegExp, run: string) =>
    assert.rejects(allRecords(train({ ...config, run }, parts)), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, reason);
      return true;
    });
  await refused(
    { loss: whole },
    /loss "whole": expected a number for each row, \[6\], received \[1\]/,
    `${config.run}1`,
  );
  const failing: OwnAugmentation = {
    name: 'failing',
    change: () => {
      throw new Error('no');
    },
  };
  await refused({ augment: failing }, /augmentation "failing": Error: no/, `${config.run}2`);
  await allRecords(train({ ...config, epochs: 1 }, { loss: tversky, augment: invert }));
  const resume = { ...readRunConfig(config.run), epochs: 2 };
  await assert.rejects(
    allRecords(train(resume, { resume: true, loss: tversky })),
    /own \{"loss":"tversky"\}, not \{"loss":"tversky","augment":"invert"\}/,
  );
  await allRecords(train(resume, { resume: true, loss: tversky, augment: invert }));
});

test("an augmentation of one's own changes the steps' patches alone, by seed, step and row: the same bits on a resume", async (t) => {
  const config = await trainFixture(t);
  const whole = computed(await allRecords(train(config, { augment: invert })));
  const plain = computed(await allRecords(train({ ...config, run: `${config.run}-plain` })));
  assert.notDeepEqual(whole, plain);
  const stopped = { ...config, run: `${config.run}-stopped` };
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const record of train(stopped, { augment: invert, signal: abort.signal }))
      if (record.kind === 'step' && record.step === 4) abort.abort();
  });
  const rest = computed(await allRecords(train(stopped, { augment: invert, resume: true })));
  assert.deepEqual(rest, whole.slice(-rest.length));

  const batch = {
    inputHu: new Int16Array(16).fill(5),
    labels: new Float32Array(2),
    rows: new Uint32Array(2),
  };
  const seen: number[] = [];
  const draw: OwnAugmentation = {
    name: 'draw',
    change: (patch, { size, random }) => {
      assert.deepEqual([patch.length, size], [8, [2, 2, 2]]);
      seen.push(random.uniform());
    },
  };
  const at = { size: [2, 2, 2] as const, seed: 1, step: 3 };
  augmentBatch(draw, batch, { ...at, firstRow: 0 });
  augmentBatch(draw, batch, { ...at, firstRow: 1 });
  assert.deepEqual(
    [new Set(seen).size, seen[1]],
    [3, seen[2]],
    'a row draws the same in whatever process it is',
  );
});

test("metrics of one's own stand in the records, metrics.jsonl and TensorBoard's curves; what is no number is null", async (t) => {
  const config = { ...(await trainFixture(t)), epochs: 1 };
  const metrics: OwnParts['metrics'] = {
    surest: (probabilities) => Math.max(...probabilities),
    nothing: () => Number.NaN,
  };
  const records = await allRecords(train(config, { metrics }));
  const found = records.find((record) => record.kind === 'validation')!;
  assert.ok(found.kind === 'validation' && found.metrics!.surest! > 0 && found.metrics!.nothing === null);
  const stored = readMetrics(config.run).find((record) => record.kind === 'validation')!;
  assert.deepEqual(stored, found);
  const tags = runPython<string[]>(
    `import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(json.load(sys.stdin)); events.Reload()
print(json.dumps(events.Tags()['scalars']))`,
    config.run,
  );
  assert.ok(tags.includes('validation/surest') && !tags.includes('validation/nothing'), `${tags}`);
  assert.deepEqual(ownMetrics({ rows: (p) => p.length }, Float32Array.of(1, 0), [1, 0]), { rows: 2 });
});
