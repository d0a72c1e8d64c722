import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../src/errors.js';
import { attribute } from '../../src/tensorflow/attributes.js';
import { FLOAT32, INT16, INT64 } from '../../src/tensorflow/dataTypes.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { runOperation, tf } from '../../src/tensorflow/tf.js';
import { relativeDifference } from '../model/kerasReference.js';
import { runPython } from '../python.js';

const { binding } = openEngine();

test("TensorFlow.js operations through the binding equal numpy's", () => {
  const a = Array.from({ length: 24 }, (_, i) => Math.sin(i));
  const b = Array.from({ length: 20 }, (_, i) => Math.cos(i));
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
a, b = (np.array(v, np.float32) for v in json.load(sys.stdin)); a = a.reshape(6, 4); b = b.reshape(4, 5)
print(json.dumps([(a @ b).ravel().tolist(), np.concatenate([a, a * 2], 1)[:, 2:6].ravel().tolist(), a.T.ravel().tolist(), np.exp(a).mean(0).tolist(), np.maximum(a, 0).sum(1).tolist()]))`,
    [a, b],
  );
  const [x, y] = [tf.tensor2d(a, [6, 4]), tf.tensor2d(b, [4, 5])];
  const results = [
    x.matMul(y),
    tf.concat([x, x.mul(2)], 1).slice([0, 2], [6, 4]),
    x.transpose(),
    x.exp().mean(0),
    x.relu().sum(1),
  ];
  for (const [i, result] of results.entries())
    assert.ok(relativeDifference(result.dataSync(), expected[i]!) < 1e-6, `operation ${i}`);
});

test("conv3d, max pooling and their gradients equal TensorFlow's own in Python", () => {
  const x = Array.from({ length: 2 * 5 * 4 * 4 * 2 }, (_, i) => Math.sin(i * 1.7));
  const k = Array.from({ length: 27 * 2 * 3 }, (_, i) => Math.cos(i * 0.9));
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np, tensorflow as tf
x, k = (np.array(v, np.float32) for v in json.load(sys.stdin))
x, k = tf.constant(x.reshape(2, 5, 4, 4, 2)), tf.constant(k.reshape(3, 3, 3, 2, 3))
with tf.GradientTape() as t:
  t.watch([x, k]); y = tf.nn.max_pool3d(tf.nn.conv3d(x, k, (1, 2, 2, 2, 1), 'SAME'), 2, 1, 'SAME'); s = tf.reduce_sum(y ** 2)
print(json.dumps([v.numpy().ravel().tolist() for v in [y, *t.gradient(s, [x, k])]]))`,
    [x, k],
  );
  const [xs, ks] = [tf.tensor5d(x, [2, 5, 4, 4, 2]), tf.tensor5d(k, [3, 3, 3, 2, 3])];
  const forward = (a: typeof xs, b: typeof ks) => tf.maxPool3d(tf.conv3d(a, b, 2, 'same'), 2, 1, 'same');
  const { grads } = tf.valueAndGrads(((a: typeof xs, b: typeof ks) =>
    forward(a, b).square().sum()) as Parameters<typeof tf.valueAndGrads>[0])([xs, ks]);
  for (const [i, result] of [forward(xs, ks), ...grads].entries())
    assert.ok(relativeDifference(result.dataSync(), expected[i]!) < 1e-5, `part ${i}`);
});

test('createTensor() and tensorDataSync() keep the bytes of every type that is used', () => {
  for (const [dtype, values] of [
    [FLOAT32, Float32Array.of(1.5, -2)],
    [INT16, Int16Array.of(-32768, 32767)],
    [INT64, BigInt64Array.of(-5n, 2n ** 40n)],
  ] as const) {
    const id = binding.createTensor([2], dtype, values);
    assert.deepEqual(binding.tensorDataSync(id), values);
    binding.deleteTensor(id);
    assert.throws(() => binding.tensorDataSync(id), EngineError);
  }
});

test('createTensor() refuses another number of values than the shape has: TensorFlow would read past the end', () => {
  for (const count of [3, 5])
    assert.throws(
      () => binding.createTensor([2, 2], FLOAT32, new Float32Array(count)),
      (error) =>
        error instanceof RangeError &&
        error.message === `Expected 4 float32 values for the shape [2, 2], received ${count}`,
    );
  binding.deleteTensor(binding.createTensor([], FLOAT32, Float32Array.of(1)));
  binding.deleteTensor(binding.createTensor([0, 3], FLOAT32, new Float32Array(0)));
});

test("an operation that TensorFlow refuses is an EngineError with TensorFlow's reason in one line", () => {
  const [a, b] = [tf.ones([2, 3]), tf.ones([2, 3])];
  assert.throws(
    () =>
      runOperation(
        'MatMul',
        [
          attribute.type('T', FLOAT32),
          attribute.bool('transpose_a', false),
          attribute.bool('transpose_b', false),
        ],
        [a, b],
        1,
      ),
    (error) =>
      error instanceof EngineError &&
      error.operation === 'MatMul' &&
      /[Mm]atrix size-incompatible/.test(error.message) &&
      !error.message.includes('\n'),
  );
  assert.throws(() => runOperation('NoSuchOperation', [], [a], 1), EngineError);
});

test('tensors that tidy frees are freed in the binding, too', () => {
  const before = binding.getNumOfTensors();
  tf.tidy(() => tf.ones([10]).mul(2).sum().dataSync());
  assert.equal(binding.getNumOfTensors(), before);
});
