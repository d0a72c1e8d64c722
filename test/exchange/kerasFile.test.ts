import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../src/errors.js';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { runPython } from '../python.js';
import { exchangeRun, largestDifference } from './exchangeRun.js';

test('--to keras: Keras loads .keras, .h5 and .weights.h5 and predicts the same to 1e-5', async (t) => {
  const { run, inputHu, shape, probabilities } = await exchangeRun(t);
  const write = async (name: string): Promise<string> => {
    const { path } = await exportNetwork({ run, to: 'keras', checkpoint: 'best', out: `${run}/${name}` });
    return path;
  };
  const files = [await write('n.keras'), await write('n.h5'), await write('n.weights.h5')];
  const answer = runPython<{ predictions: number[][]; input: string; inputShape: unknown[] }>(
    `import json, sys, numpy as np, keras
files, rows, shape = json.load(sys.stdin)
models = [keras.models.load_model(file) for file in files[:2]]
models.append(keras.models.model_from_json(models[0].to_json()))
models[2].load_weights(files[2])
hu = np.array(rows, np.float32).reshape(*shape, 1)
print(json.dumps({
  'predictions': [model.predict(hu, batch_size=5, verbose=0)[:, 0].tolist() for model in models],
  'input': models[0].input.name, 'inputShape': models[0].input.shape}))`,
    [files, [...inputHu], shape],
  );
  assert.deepEqual([answer.input, answer.inputShape], ['input_hu', [null, 16, 16, 16, 1]]);
  for (const [index, predicted] of answer.predictions.entries()) {
    const difference = largestDifference(predicted, probabilities);
    t.diagnostic(`${files[index]!.split('/').at(-1)}: largest difference ${difference}`);
    assert.ok(difference < 1e-5, `${files[index]}: ${difference}`);
  }
  assert.ok(new Set(probabilities).size > 6, 'predictions that differ from row to row');
  await assert.rejects(write('n.txt'), (error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /expected a file \*\.keras, \*\.h5 or \*\.weights\.h5, received .*n\.txt/);
    return true;
  });
});
