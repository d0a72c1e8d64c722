import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { runPython } from '../python.js';
import { exchangeRun, largestDifference } from './exchangeRun.js';

test("--to onnx: onnx's checker passes, onnxruntime predicts the same to 1e-4 for any number of rows", async (t) => {
  const { run, inputHu, shape, probabilities } = await exchangeRun(t);
  const { path } = await exportNetwork({ run, to: 'onnx', checkpoint: 'best' });
  const answer = runPython<Record<string, unknown> & { all: number[]; one: number[] }>(
    `import json, sys, numpy as np, onnx, onnxruntime
path, rows, shape = json.load(sys.stdin)
onnx.checker.check_model(path, full_check=True)
model = onnx.load(path)
session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
hu = np.array(rows, np.float32).reshape(*shape, 1)
predict = lambda x: session.run(['probability'], {'input_hu': x})[0][:, 0].tolist()
print(json.dumps({'all': predict(hu), 'one': predict(hu[:1]), 'opset': model.opset_import[0].version,
  'inputs': [[i.name, i.shape] for i in session.get_inputs()], 'outputs': [[o.name, o.shape] for o in session.get_outputs()],
  'window': json.loads(session.get_modelmeta().custom_metadata_map['voxlab'])['windowHu']}))`,
    [path, [...inputHu], shape],
  );
  assert.deepEqual(
    { opset: answer.opset, inputs: answer.inputs, outputs: answer.outputs, window: answer.window },
    {
      opset: 17,
      inputs: [['input_hu', ['n', 16, 16, 16, 1]]],
      outputs: [['probability', ['n', 1]]],
      window: { low: -950, high: 300, clip: true },
    },
  );
  const difference = largestDifference(answer.all, probabilities);
  t.diagnostic(`largest difference ${difference}`);
  assert.ok(difference < 1e-4, `${difference}`);
  assert.ok(largestDifference(answer.one, probabilities.subarray(0, 1)) < 1e-4);
});
