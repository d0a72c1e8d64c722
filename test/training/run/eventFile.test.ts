import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EventFile } from '../../../src/training/run/eventFile.js';
import { runPython } from '../../python.js';

test("EventFile: TensorFlow reads the file, checksums and all; a resume's file begins at its step", async (t) => {
  const run = mkdtempSync(join(tmpdir(), 'voxlab-events-'));
  t.after(() => rmSync(run, { recursive: true }));
  const file = new EventFile(run, 4, 1_700_000_000_500);
  file.add(
    {
      ...{ kind: 'step', epoch: 1, step: 5, loss: 0.75, accuracy: 0.5, patchesPerSecond: 300 },
      ...{ waitShare: 0.25, batchesReady: 1, learningRate: 0.001 },
      ms: { wait: 1, copy: 1, compute: 1, reduce: 1, update: 1 },
    },
    1_700_000_001_000,
  );
  file.add({
    ...{ kind: 'validation', epoch: 1, step: 300, loss: 0.5, accuracy: 0.75, rocAuc: 0.875 },
    ...{ rocAucInterval: [0.5, 1], threshold: 0.5, rows: 9, seconds: 1 },
  });
  await file.settle();
  const [name, ...others] = readdirSync(run);
  assert.deepEqual([name, others], ['events.out.tfevents.1700000000.step4', []]);
  const events = runPython<
    { step: number; time: number; start: boolean; version: string; values: [string, number][] }[]
  >(
    `import os, sys, json
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import tensorflow as tf
from tensorflow.core.util import event_pb2
out = []
for record in tf.data.TFRecordDataset(json.load(sys.stdin)):
    e = event_pb2.Event.FromString(record.numpy())
    out.append({'step': e.step, 'time': e.wall_time, 'version': e.file_version, 'start': e.session_log.status == 1,
      'values': [[v.tag, v.simple_value] for v in e.summary.value]})
print(json.dumps(out))`,
    join(run, name!),
  );
  assert.deepEqual(
    events.map(({ step, version, start }) => [step, version, start]),
    [
      [0, 'brain.Event:2', false],
      [5, '', true],
      [5, '', false],
      [300, '', false],
    ],
  );
  assert.equal(events[2]!.time, 1_700_000_001);
  assert.deepEqual(
    events[2]!.values.map(([tag, value]) => [tag, Math.fround(value)]),
    [
      ['train/loss', 0.75],
      ['train/accuracy', 0.5],
      ['train/learning_rate', Math.fround(0.001)],
      ['speed/patches_per_second', 300],
      ['speed/wait_share', 0.25],
      ['feed/batches_ready', 1],
    ],
  );
  assert.deepEqual(events[3]!.values, [
    ['validation/loss', 0.5],
    ['validation/accuracy', 0.75],
    ['validation/roc_auc', 0.875],
  ]);
});
