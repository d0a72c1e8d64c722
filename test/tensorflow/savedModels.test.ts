import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { tf } from '../../src/tensorflow/publicTf.js';
import type { NamedTensorMap } from '../../src/tensorflow/tf.js';
import { runPython } from '../python.js';

// A Keras network, and a function with inputs of three types and outputs of two, as Python's TensorFlow saves them.
const SAVE = `
import json, sys
import numpy as np, keras, tensorflow as tf
network, mixed = json.load(sys.stdin)
keras.utils.set_random_seed(1)
layers = keras.layers
model = keras.Sequential([keras.Input((4, 4, 4, 1)), layers.Conv3D(2, 3), layers.BatchNormalization(), layers.Flatten(), layers.Dense(3)])
x = np.arange(128, dtype=np.float32).reshape(2, 4, 4, 4, 1) / 128
model.export(network, verbose=False)

class Mixed(tf.Module):
    def __init__(self):
        self.bias = tf.Variable(0.5)
    @tf.function(input_signature=[tf.TensorSpec([None], tf.int64, "count"), tf.TensorSpec([], tf.string, "name"), tf.TensorSpec([None], tf.bool, "keep")])
    def __call__(self, count, name, keep):
        return dict(sum=tf.reduce_sum(tf.where(keep, tf.cast(count, tf.float32), 0)) + self.bias, name=tf.strings.upper(name))
module = Mixed()
tf.saved_model.save(module, mixed, signatures=module.__call__)
print(json.dumps(model(x).numpy().tolist()))
`;

const folder = mkdtempSync(join(tmpdir(), 'voxlab-saved-'));
const network = join(folder, 'network');
const mixed = join(folder, 'mixed');
let expected: number[][];

before(() => {
  expected = runPython(SAVE, [network, mixed]);
});

test("a network that Keras saved predicts Keras' numbers", async () => {
  const model = await tf.node.loadSavedModel(network, ['serve'], 'serving_default');
  const input = tf.range(0, 128).div(128).reshape([2, 4, 4, 4, 1]);
  const output = model.predict(input) as typeof input;
  assert.deepEqual(output.shape, [2, 3]);
  for (const [i, value] of (await output.data()).entries())
    assert.ok(Math.abs(value - expected.flat()[i]!) < 1e-6, `${value} is not ${expected.flat()[i]}`);
  model.dispose();
  assert.equal(tf.node.getNumOfSavedModels(), 0);
});

test('inputs and outputs are given by name, of any type', async () => {
  const model = await tf.node.loadSavedModel(mixed);
  const { sum, name } = model.predict({
    count: tf.tensor1d([1, 2, 4], 'int32'),
    name: tf.scalar('nodule'),
    keep: tf.tensor1d([true, false, true], 'bool'),
  }) as NamedTensorMap;
  assert.deepEqual([...sum!.dataSync()], [5.5]);
  assert.deepEqual([...(await name!.data<'string'>())], ['NODULE']);
  model.dispose();
});

test('loading and running leaves no tensor, and errors say what was wanted', async () => {
  const model = await tf.node.loadSavedModel(network);
  const { numTensors } = tf.memory();
  tf.tidy(() => {
    for (let i = 0; i < 20; i++) model.predict(tf.zeros([1, 4, 4, 4, 1]));
  });
  assert.equal(tf.memory().numTensors, numTensors);
  assert.throws(
    () => model.predict(tf.zeros([1, 5])),
    /expected float32 \[any, 4, 4, 4, 1\] .*received float32 \[1, 5\]/,
  );
  assert.throws(() => model.predict(tf.zeros([1, 4, 4, 4, 1], 'int32')), /received int32/);
  assert.throws(
    () => model.predict([tf.zeros([1, 4, 4, 4, 1]), tf.zeros([1])]),
    /expected 1 tensors .*received 2/,
  );
  model.dispose();
  await assert.rejects(tf.node.loadSavedModel(join(folder, 'nowhere')), /no saved_model.pb/);
  await assert.rejects(tf.node.loadSavedModel(network, ['train']), /does not have tags/);
});
