import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writeKerasFile } from '../../src/exchange/kerasFile.js';
import { writeOnnxFile } from '../../src/exchange/onnxFile.js';
import type { PortableNetwork } from '../../src/exchange/portableNetwork.js';
import { writeSavedModel } from '../../src/exchange/savedModel.js';
import { writeTfjsModel } from '../../src/exchange/tfjsModel.js';
import { tf } from '../../src/tensorflow/publicTf.js';
import { createLearner } from '../../src/training/step/createLearner.js';
import { runPython } from '../python.js';
import { largestDifference } from './exchangeRun.js';

/** Each format's own program on the same rows; TensorFlow.js' kernels in JavaScript, as browsers without WebGL have them. */
const READ = `import json, sys, numpy as np, onnxruntime, keras, tensorflow as tf
folder, rows, shape = json.load(sys.stdin)
hu = np.array(rows, np.float32).reshape(shape)
print(json.dumps({
  'onnx': onnxruntime.InferenceSession(folder + '/n.onnx').run(None, {'input_hu': hu})[0][:, 0].tolist(),
  'keras': keras.models.load_model(folder + '/n.keras').predict(hu, verbose=0)[:, 0].tolist(),
  'savedmodel': tf.saved_model.load(folder).signatures['serving_default'](input_hu=tf.constant(hu))['probability'].numpy()[:, 0].tolist()}))`;

/** Writes a network in every format that has its graph, and asserts that each reads it and predicts the learner's rows to 1e-5. Returns the folder. */
export async function everyFormatSaysTheSame(
  t: TestContext,
  portable: PortableNetwork,
  inputHu: Int16Array,
  rows: number,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-formats-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { network, windowHu, moreWindows, weights } = portable;
  const learner = await createLearner({
    ...{ network, windowHu, moreWindows, batchSize: rows, learningRate: 1e-3, l2: 0, seed: 1 },
  });
  t.after(() => learner.dispose());
  await learner.load(weights);
  const { probabilities } = await learner.predict(inputHu, rows);
  await writeOnnxFile(portable, join(folder, 'n.onnx'));
  await writeKerasFile(portable, join(folder, 'n.keras'));
  await writeSavedModel(portable, folder);
  await writeTfjsModel(portable, folder);
  const shape = [rows, ...network.inputSize, 1];
  const answers = runPython<Record<string, number[]>>(READ, [folder, [...inputHu], shape]);
  t.diagnostic(`probabilities ${probabilities}`);
  assert.ok(
    Math.max(...probabilities) - Math.min(...probabilities) > 1e-3,
    `rows that differ: ${probabilities}`,
  );
  for (const [format, answer] of Object.entries(answers)) {
    const difference = largestDifference(answer, probabilities);
    t.diagnostic(`${format}: ${difference}`);
    assert.ok(difference < 1e-5, `${format}: ${difference}`);
  }
  await tf.setBackend('cpu');
  t.after(() => tf.setBackend('tensorflow'));
  const model = await tf.loadGraphModel(pathToFileURL(join(folder, 'model.json')).href);
  const x = tf.tensor(Float32Array.from(inputHu), shape);
  const answer = (model.predict(x) as typeof x).dataSync();
  await tf.setBackend('tensorflow');
  assert.ok(largestDifference(answer, probabilities) < 1e-5, 'TensorFlow.js');
  return folder;
}
