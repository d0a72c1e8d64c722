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
