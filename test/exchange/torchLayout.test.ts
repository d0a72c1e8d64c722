import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeTorchFile } from '../../src/exchange/torchFile.js';
import { outputsFirst, outputsLast, toTorch } from '../../src/exchange/torchLayout.js';
import { initialValue } from '../../src/model/initialise.js';
import { networkOf } from '../../src/model/zoo/networks.js';
import { writeSafetensors } from '../../src/training/run/safetensors.js';
import { runPython } from '../python.js';

const network = networkOf({ inputSize: [16, 16, 16], filters: 2 });
const weights = new Map(
  network.parameters.map((parameter) => [
    parameter.name,
    { shape: parameter.shape, data: initialValue(parameter, 16) },
  ]),
);
const portable = {
  ...{
    network,
    weights,
    windowHu: { low: -1000, high: 400 },
    moreWindows: [],
    classNames: ['other', 'nodulé'] as const,
  },
  format: { dim: 16, slices: 16, spacingMm: [1, 1, 1] as const, interpolation: 'linear' as const },
  checkpoint: 'epoch-0001',
};

test("writeTorchFile(): the format's own package reads it; kernels are numpy's transposes of the checkpoint's", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-torch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [ours, theirs] = [join(folder, 'ours.safetensors'), join(folder, 'theirs.safetensors')];
  await writeSafetensors(ours, weights);
  await writeTorchFile(portable, theirs);
  const answer = runPython<{ equal: Record<string, boolean>; about: Record<string, unknown> }>(
    `import json, sys, numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file
ours, theirs, names = json.load(sys.stdin)
a, b = load_file(ours), load_file(theirs)
axes = {5: (4, 3, 0, 1, 2), 2: (1, 0), 1: (0,)}
print(json.dumps({'equal': {theirs: bool(np.array_equal(a[ours].transpose(axes[a[ours].ndim]), b.pop(theirs))) for ours, theirs in names}
  | {name: False for name in b}, 'about': json.loads(safe_open(theirs, 'np').metadata()['voxlab'])}))`,
    [ours, theirs, [...weights.keys()].map((name, index) => [name, [...toTorch(portable).keys()][index]])],
  );
  assert.deepEqual(new Set(Object.values(answer.equal)), new Set([true]));
  assert.equal(Object.keys(answer.equal).length, weights.size);
  assert.ok('s2b1.shortcut.weight' in answer.equal && 'head.bn.running_var' in answer.equal);
  assert.deepEqual(
    [answer.about.filters, (answer.about.output as { means: string }).means],
    [2, 'probability of nodulé'],
  );
});

test('outputsLast() undoes outputsFirst()', () => {
  const kernel = weights.get('s2b1/conv1/kernel')!;
  assert.deepEqual(outputsFirst(kernel).shape, [4, 2, 3, 3, 3]);
  assert.deepEqual(outputsLast(outputsFirst(kernel)), kernel);
});
