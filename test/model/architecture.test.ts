import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrainable, sizeOf } from '../../src/model/architecture.js';
import { layersOf, networkOf, parametersOf } from '../../src/model/zoo/networks.js';
import { kerasCounts } from './kerasReference.js';

const network = { inputSize: [32, 32, 32], filters: 64 } as const;

test("parametersOf() has Keras' counts: 33,171,329 in 110 arrays, 33,163,521 trainable", () => {
  const parameters = parametersOf(network);
  const count = parameters.reduce((sum, parameter) => sum + sizeOf(parameter), 0);
  const trainable = parameters.filter(isTrainable).reduce((sum, parameter) => sum + sizeOf(parameter), 0);
  assert.deepEqual([count, trainable, parameters.length], [33_171_329, 33_163_521, 110]);
  const keras = kerasCounts(32, 64);
  assert.deepEqual([keras.count, keras.trainable, keras.arrays], [count, trainable, 110]);
  assert.equal(new Set(parameters.map(({ name }) => name)).size, 110);
});

test('layersOf() follows the maps from 16^3 to 1^3, 490.73 M multiply-accumulates a patch', () => {
  const layers = layersOf(network);
  const shapeOf = (name: string) => layers.find((layer) => layer.name === name)?.outputShape.join(' x ');
  assert.deepEqual(
    ['stem/conv', 'stem/pool', 's2b1/conv1', 's3b1/shortcut', 's4b2/conv2', 'head/pool'].map(shapeOf),
    ['16 x 16 x 16 x 64', '8 x 8 x 8 x 64', '4 x 4 x 4 x 128', '2 x 2 x 2 x 256', '1 x 1 x 1 x 512', '512'],
  );
  assert.equal((layers.reduce((sum, { macs }) => sum + macs, 0) / 1e6).toFixed(2), '490.73');
});

test('the default network projects where shape changes, and its first block starts with a bare convolution', () => {
  const { graph, pieces } = networkOf(network);
  const names = graph!.map(({ name }) => name);
  const blocks = pieces.map(({ name }) => name).filter((name) => /^s\d/.test(name));
  assert.deepEqual(
    blocks.filter((block) => names.includes(`${block}/shortcut`)),
    ['s2b1', 's3b1', 's4b1'],
  );
  assert.deepEqual(
    blocks.filter((block) => !names.includes(`${block}/bn1`)),
    ['s1b1'],
  );
});
