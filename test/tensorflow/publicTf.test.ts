import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tf } from '../../src/tensorflow/publicTf.js';

test("tf runs on TensorFlow's library, which its first use loads", () => {
  assert.equal(tf.getBackend(), 'tensorflow');
  assert.ok('matMul' in tf);
  assert.deepEqual([...tf.tensor1d([1, 2]).mul(2).dataSync()], [2, 4]);
});

test('pictures are encoded and decoded without a loss as PNG', async () => {
  const picture = tf.tensor3d(
    Int32Array.from({ length: 60 }, (_, i) => 4 * i),
    [4, 5, 3],
  );
  const png = await tf.node.encodePng(picture);
  assert.deepEqual([...png.slice(1, 4)], [...Buffer.from('PNG')]);
  assert.deepEqual(tf.node.decodePng(png, 3).dataSync(), picture.dataSync());
});

test('a layers model is trained, saved to a folder and loaded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-model-'));
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  await model.fit(x, tf.tensor2d([1, 2], [2, 1]), { epochs: 3, verbose: 0 });
  await model.save(`file://${folder}`);
  assert.deepEqual(readdirSync(folder).sort(), ['model.json', 'weights.bin']);
  const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
  assert.deepEqual((loaded.predict(x) as typeof x).dataSync(), (model.predict(x) as typeof x).dataSync());
});

test("TensorBoard's summaries are written by TensorFlow", () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-summary-'));
  const writer = tf.node.summaryFileWriter(folder);
  writer.scalar('loss', 0.5, 1);
  writer.flush();
  assert.match(readdirSync(folder).join(), /events\.out\.tfevents/);
});

test('batch norm of rank 5 by tf.layers: refused as it is, and between two reshapes (docs/engine.md) the moments of all voxels', async () => {
  const shape = [4, 3, 2, 5] as const; // depth, height, width, channels
  const bare = tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [...shape] })] });
  const x = tf.randomNormal([6, ...shape], 2, 3, 'float32', 16);
  assert.throws(() => bare.apply(x, { training: true }), /not implemented for array of rank 5/);
  const model = tf.sequential({
    layers: [
      tf.layers.reshape({ targetShape: [shape[0] * shape[1], shape[2], shape[3]], inputShape: [...shape] }),
      tf.layers.batchNormalization(),
      tf.layers.reshape({ targetShape: [...shape] }),
    ],
  });
  const y = model.apply(x, { training: true }) as typeof x;
  const { mean, variance } = tf.moments(x, [0, 1, 2, 3]);
  const expected = x.sub(mean).div(variance.add(1e-3).sqrt());
  assert.deepEqual(y.shape, x.shape);
  assert.ok(Number(y.sub(expected).abs().max().dataSync()[0]) < 1e-5);
});
