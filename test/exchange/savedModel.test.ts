import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { tf } from '../../src/tensorflow/publicTf.js';
import { runPython } from '../python.js';
import { exchangeRun, largestDifference } from './exchangeRun.js';

test('--to savedmodel: TensorFlow, Keras and a cell load it and predict the same to 1e-5', async (t) => {
  const { run, inputHu, shape, probabilities } = await exchangeRun(t);
  const { path } = await exportNetwork({ run, to: 'savedmodel', checkpoint: 'best' });
  const answer = runPython<{ tensorflow: number[]; keras: number[]; signature: unknown }>(
    `import json, sys, numpy as np, tensorflow as tf, keras
path, rows, shape = json.load(sys.stdin)
hu = np.array(rows, np.float32).reshape(*shape, 1)
serve = tf.saved_model.load(path).signatures['serving_default']
layer = keras.layers.TFSMLayer(path, call_endpoint='serving_default')
spec = serve.structured_input_signature[1]['input_hu']
print(json.dumps({
  'tensorflow': serve(input_hu=tf.constant(hu))['probability'].numpy()[:, 0].tolist(),
  'keras': np.array(layer(hu[:5])['probability'])[:, 0].tolist(),
  'signature': [spec.name, spec.dtype.name, spec.shape.as_list()]}))`,
    [path, [...inputHu], shape],
  );
  assert.deepEqual(answer.signature, ['input_hu', 'float32', [null, 16, 16, 16, 1]]);
  const difference = largestDifference(answer.tensorflow, probabilities);
  t.diagnostic(`largest difference ${difference}`);
  assert.ok(difference < 1e-5, `${difference}`);
  assert.ok(largestDifference(answer.keras, probabilities.subarray(0, 5)) < 1e-5);

  const model = await tf.node.loadSavedModel(path, ['serve'], 'serving_default');
  const x = tf.tensor5d(Float32Array.from(inputHu), [...shape, 1]);
  const { probability } = model.predict({ input_hu: x }) as Record<string, { dataSync(): Float32Array }>;
  assert.ok(largestDifference(probability!.dataSync(), probabilities) < 1e-5);
  model.dispose();
});
