import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writeKerasFile } from '../../src/exchange/kerasFile.js';
import { networkGraph, samePadding } from '../../src/exchange/networkGraph.js';
import { writeOnnxFile } from '../../src/exchange/onnxFile.js';
import type { PortableNetwork } from '../../src/exchange/portableNetwork.js';
import { writeSavedModel } from '../../src/exchange/savedModel.js';
import { writeTfjsModel } from '../../src/exchange/tfjsModel.js';
import { weightedLayers } from '../../src/exchange/weightedLayers.js';
import { sizeOf } from '../../src/model/architecture.js';
import { initialValue } from '../../src/model/initialise.js';
import { networkOf } from '../../src/model/networks.js';
import { createRandom } from '../../src/random.js';
import { tf } from '../../src/tensorflow/publicTf.js';
import { createLearner } from '../../src/training/createLearner.js';
import { runPython } from '../python.js';
import { largestDifference } from './exchangeRun.js';

test('networkGraph(): its layers have all parameters of the network in order, and each node stands after its inputs', () => {
  const network = networkOf({ inputSize: [24, 32, 17], filters: 8 });
  const graph = networkGraph({ network, windowHu: { low: -1000, high: 400 }, moreWindows: [] });
  assert.deepEqual(
    weightedLayers(graph).flatMap(({ name, variables }) =>
      variables.map((variable) => `${name}/${variable}`),
    ),
    network.parameters.map(({ name }) => name),
  );
  const seen = new Set<string>();
  for (const { name, inputs } of graph) {
    assert.ok(inputs.every((input) => seen.has(input)) && !seen.has(name), name);
    seen.add(name);
  }
  assert.equal(graph.filter(({ operation }) => operation.kind === 'add').length, 8);
});

test("samePadding() is TensorFlow's: the far side has the odd voxel, nothing where the kernel is smaller than the stride", () => {
  // By the definition of SAME in TensorFlow's documentation, worked out by hand.
  assert.deepEqual(samePadding([32, 16, 17, 1], 7, 2), { before: [2, 2, 3], after: [3, 3, 3] });
  assert.deepEqual(samePadding([16, 4, 1, 8], 3, 2), { before: [0, 0, 1], after: [1, 1, 1] });
  assert.deepEqual(samePadding([4, 5, 1, 8], 1, 2), { before: [0, 0, 0], after: [0, 0, 0] });
});

/** Each format's own program on the same rows; TensorFlow.js' kernels in JavaScript, as browsers without WebGL have them. */
const READ = `import json, sys, numpy as np, onnxruntime, keras, tensorflow as tf
folder, rows, shape = json.load(sys.stdin)
hu = np.array(rows, np.float32).reshape(shape)
print(json.dumps({
  'onnx': onnxruntime.InferenceSession(folder + '/n.onnx').run(None, {'input_hu': hu})[0][:, 0].tolist(),
  'keras': keras.models.load_model(folder + '/n.keras').predict(hu, verbose=0)[:, 0].tolist(),
  'savedmodel': tf.saved_model.load(folder).signatures['serving_default'](input_hu=tf.constant(hu))['probability'].numpy()[:, 0].tolist()}))`;

for (const [inputSize, clip] of [
  [[11, 17, 20], false],
  [[5, 9, 33], true],
] as const)
  test(`a patch of ${inputSize.join(' x ')} voxels, ${clip ? 'clipped' : 'z-scores'}: every format predicts what the learner does`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'voxlab-odd-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const network = networkOf({ inputSize, filters: 4 });
    const windowHu = { low: -800, high: 150, clip };
    const random = createRandom('odd');
    const weights = new Map(
      network.parameters.map((parameter) => {
        // Away from where training begins: biases, averages and factors that are told apart.
        const data = initialValue(parameter, 16).map((value) => value + random.between(-0.1, 0.1));
        return [parameter.name, { shape: parameter.shape, data }];
      }),
    );
    const rows = 3;
    const voxels = sizeOf({ shape: inputSize });
    // Rows of more and fewer bright voxels, some of them beyond the window.
    const inputHu = Int16Array.from({ length: rows * voxels }, (_, i) => {
      const isBright = i % (3 + Math.floor(i / voxels)) === 0;
      return Math.round(random.between(-1200, isBright ? 1500 : -200));
    });
    const learner = await createLearner({
      ...{ network, windowHu, batchSize: rows, learningRate: 1e-3, l2: 0, seed: 1 },
    });
    t.after(() => learner.dispose());
    await learner.load(weights);
    const { probabilities } = await learner.predict(inputHu, rows);
    const portable: PortableNetwork = {
      ...{
        network,
        windowHu,
        moreWindows: [],
        weights,
        classNames: ['other', 'nodule'],
        checkpoint: 'epoch-0001',
      },
      format: { dim: 17, slices: 11, spacingMm: [1, 1, 1], interpolation: 'linear' },
    };
    await writeOnnxFile(portable, join(folder, 'n.onnx'));
    await writeKerasFile(portable, join(folder, 'n.keras'));
    await writeSavedModel(portable, folder);
    await writeTfjsModel(portable, folder);
    const shape = [rows, ...inputSize, 1];
    const answers = runPython<Record<string, number[]>>(READ, [folder, [...inputHu], shape]);
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
    assert.ok(largestDifference(answer, probabilities) < 1e-5, 'TensorFlow.js');
  });
