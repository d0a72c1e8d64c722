import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { tf } from '../../src/tensorflow/publicTf.js';
import { findChromium, openBrowser } from '../program/chromium.js';
import { exchangeRun, largestDifference } from './exchangeRun.js';

test('--to tfjs: loadGraphModel() takes model.json and predicts the same to 1e-5', async (t) => {
  const { run, inputHu, shape, probabilities } = await exchangeRun(t);
  const { path, files } = await exportNetwork({ run, to: 'tfjs', checkpoint: 'best' });
  assert.deepEqual(
    files.map((file) => file.slice(path.length + 1)),
    ['group1-shard1of1.bin', 'model.json', 'index.html'],
  );
  const model = await tf.loadGraphModel(pathToFileURL(join(path, 'model.json')).href);
  assert.deepEqual(
    model.inputs.map((input) => [input.name, input.shape]),
    [['input_hu', [-1, 16, 16, 16, 1]]],
  );
  const result = model.predict(tf.tensor5d(Float32Array.from(inputHu), [...shape, 1])) as {
    shape: number[];
    dataSync(): Float32Array;
  };
  assert.deepEqual(result.shape, [shape[0], 1]);
  const difference = largestDifference(result.dataSync(), probabilities);
  t.diagnostic(`largest difference ${difference}`);
  assert.ok(difference < 1e-5, `${difference}`);
});

test('--to tfjs: the page scores patches in Chromium, from the disk and without a request, to 1e-4', {
  skip: findChromium() === undefined && 'no Chromium: pages are not tested',
}, async (t) => {
  const { run, inputHu, shape, probabilities } = await exchangeRun(t);
  const { path } = await exportNetwork({ run, to: 'tfjs', checkpoint: 'best' });
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(String(error)));
  const address = pathToFileURL(join(path, 'index.html')).href;
  await page.goto(address);
  const output = page.locator('#probability');
  const scored = async (): Promise<number> => {
    await page.waitForFunction(`/\\d/.test(document.getElementById('probability').textContent)`);
    return Number(await output.textContent());
  };
  const ofBall = await scored();
  assert.ok(ofBall >= 0 && ofBall <= 1, `${ofBall}`);

  const voxels = inputHu.length / shape[0];
  const rows = [...Array(shape[0]).keys()].map((row) => [
    ...inputHu.subarray(row * voxels, (row + 1) * voxels),
  ]);
  const predicted: number[] = [];
  for (const row of rows) predicted.push(await page.evaluate<number>(`score(${JSON.stringify(row)})`));
  const difference = largestDifference(predicted, probabilities);
  t.diagnostic(`largest difference ${difference}, ${await page.locator('#how').textContent()}`);
  assert.ok(difference < 1e-4, `${difference}`);

  const file = join(path, 'row.raw');
  writeFileSync(file, Buffer.from(Int16Array.from(rows[4]!).buffer));
  await page.locator('#file').setInputFiles(file);
  await page.waitForFunction(`document.getElementById('what').textContent === 'row.raw'`);
  assert.ok(Math.abs((await scored()) - probabilities[4]!) < 1e-4);
  const short = join(path, 'short.raw');
  writeFileSync(short, 'short!');
  await page.locator('#file').setInputFiles(short);
  const expected = 'expected 4096 voxels (16 x 16 x 16), received 3';
  await page.waitForFunction(`document.getElementById('what').textContent.includes('${expected}')`);
  assert.deepEqual([requests.filter((url) => !/^(blob|data):/.test(url)), errors], [[address], []]);
});
