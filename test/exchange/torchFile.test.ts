import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { importNetwork } from '../../src/exchange/importNetwork.js';
import { runPython } from '../python.js';
import { documentedPython } from './documentedPython.js';
import { exchangeRun, largestDifference, predictions } from './exchangeRun.js';
import { TORCH, whyNoTorch } from './torch.js';

test('--to safetensors: the documented PyTorch file loads it strictly and predicts the same to 1e-4, and what it saves comes back', {
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

  const learned = join(exported.run, '..', 'learned.safetensors');
  const after = runPython<number[]>(
    `${documentedPython('interop.md', 'import json, torch')}
import sys
from safetensors.torch import save_file
path, learned, rows, shape = json.load(sys.stdin)
hu = torch.tensor(rows, dtype=torch.float32).reshape(*shape, 1)
model = load(path).train()
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
for _ in range(3):
    loss = torch.nn.functional.binary_cross_entropy(model(hu)[:, 0], (torch.arange(len(hu)) % 3 == 0).float())
    optimizer.zero_grad(); loss.backward(); optimizer.step()
save_file(model.state_dict(), learned)
with torch.inference_mode(): print(json.dumps(model.eval()(hu)[:, 0].tolist()))`,
    [path, learned, [...exported.inputHu], exported.shape],
    TORCH,
  );
  const made = join(exported.run, '..', 'made');
  await importNetwork({ file: learned, origin: { like: exported.run }, run: made });
  const back = largestDifference(await predictions(made, exported.inputHu, exported.shape[0]), after);
  t.diagnostic(`largest difference of what PyTorch saved ${back}`);
  assert.ok(back < 1e-4 && largestDifference(after, answer) > 1e-3, `${back}`);
});
