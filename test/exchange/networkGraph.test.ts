import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { networkGraph, samePadding } from '../../src/exchange/networkGraph.js';
import type { PortableNetwork } from '../../src/exchange/portableNetwork.js';
import { readNetwork } from '../../src/exchange/readNetwork.js';
import { writeTorchFile } from '../../src/exchange/torchFile.js';
import { weightedLayers } from '../../src/exchange/weightedLayers.js';
import { sizeOf } from '../../src/model/architecture.js';
import { initialValue } from '../../src/model/initialise.js';
import { networkOf } from '../../src/model/zoo/networks.js';
import { createRandom } from '../../src/random.js';
import { zooWeights } from '../model/zooWeights.js';
import { everyFormatSaysTheSame } from './everyFormat.js';

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

for (const [inputSize, clip] of [
  [[11, 17, 20], false],
  [[5, 9, 33], true],
] as const)
  test(`a patch of ${inputSize.join(' x ')} voxels, ${clip ? 'clipped' : 'z-scores'}: every format predicts what the learner does`, async (t) => {
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
    await everyFormatSaysTheSame(t, portable, inputHu, rows);
  });

for (const [name, edge, channels] of [
  ['resnet3d-50', 16, 1],
  ['resnet3d-50-classic', 16, 2],
  ['densenet3d-121', 32, 3],
  ['cnn3d', 17, 1],
] as const)
  test(`${name} on ${channels} windows: every format predicts what the learner does, and what Keras has comes back`, async (t) => {
    const network = networkOf({ name, inputSize: [edge, edge, edge], filters: 4, channels, dropout: 0.4 });
    const random = createRandom(name);
    const weights = zooWeights(network);
    const windows = [
      { low: -1000, high: 400 },
      { low: -160, high: 240 },
      { low: -500, high: 1500 },
    ];
    const portable: PortableNetwork = {
      ...{ network, weights, classNames: ['other', 'nodule'], checkpoint: 'epoch-0001' },
      ...{ windowHu: windows[0]!, moreWindows: windows.slice(1, channels) },
      format: { dim: edge, slices: edge, spacingMm: [1, 1, 1], interpolation: 'linear' },
    };
    const inputHu = Int16Array.from({ length: 3 * edge ** 3 }, (_, i) => {
      const isBright = i % (2 + Math.floor(i / edge ** 3)) === 0;
      return Math.round(random.between(-1200, isBright ? 1500 : -200));
    });
    const folder = await everyFormatSaysTheSame(t, portable, inputHu, 3);
    const back = await readNetwork(join(folder, 'n.keras'), network);
    assert.deepEqual(back.weights, weights);
    await writeTorchFile(portable, join(folder, 'n.safetensors'));
    assert.deepEqual((await readNetwork(join(folder, 'n.safetensors'), { name, channels })).weights, weights);
  });
