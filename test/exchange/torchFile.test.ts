import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { runPython } from '../python.js';
import { documentedPython } from './documentedPython.js';
import { exchangeRun, largestDifference } from './exchangeRun.js';
import { TORCH, whyNoTorch } from './torch.js';

test('--to safetensors: the documented PyTorch file loads it strictly and predicts the same to 1e-4', {
  skip: whyNoTorch('safetensors'),
}, async (t) => {
  const exported = await exchangeRun(t);
  const { path } = await exportNetwork({ run: exported.run, to: 'safetensors', checkpoint: 'best' });
  const program = `${documentedPython('interop.md', 'import json, torch')}
import sys
path, rows, shape = json.load(sys.stdin)
with torch.inference_mode():
    hu = torch.tensor(rows, dtype=torch.float32).reshape(*shape, 1)
    print(json.dumps(load(path)(hu)[:, 0].tolist()))`;
  const answer = runPython<number[]>(program, [path, [...exported.inputHu], exported.shape], TORCH);
  const difference = largestDifference(answer, exported.probabilities);
  t.diagnostic(`largest difference ${difference}`);
  assert.ok(difference < 1e-4, `${difference}`);
});
