import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { gridForm } from '../../../src/kernel/outputs/gridForm.js';

const geometry = {
  spacingMm: [0.7, 0.7, 1.25],
  originMm: [-10, -20, -30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

test('gridForm() shows shape, spacing, statistics and the middle planes of a volume', () => {
  const size = [30, 20, 10];
  const data = new Int16Array(6000).map((_, index) => (index % 2 === 0 ? -1000 : 100));
  const { 'text/html': html, 'text/plain': text } = gridForm({ data, size, ...geometry, modality: 'CT' })!;
  assert.match(
    String(text),
    /^Volume 30 x 20 x 10 voxels \(x, y, z\), spacing 0.7, 0.7, 1.25 mm, origin -10, -20, -30 mm\n/,
  );
  assert.match(
    String(text),
    /Int16Array\(6000\), 0.0 MB: min -1000, max 100, mean -450\n\{ modality: 'CT' \}$/,
  );
  assert.equal([...String(html).matchAll(/<image /g)].length, 3);
  assert.match(
    String(html),
    /middle planes, -1350 \(black\) to 150 \(white\)/,
    'a chest is seen as lungs are looked at',
  );
  const turned = gridForm({ data, size, ...geometry, direction: [0, 1, 0, -1, 0, 0, 0, 0, 1] })!;
  assert.match(String(turned['text/plain']), /direction \[0, 1, 0, -1, 0, 0, 0, 0, 1\]/);
});

test('gridForm() takes a mask, a patch, and a volume without a picture', () => {
  const mask = gridForm({ data: new Uint8Array(1000).fill(1, 500), size: [10, 10, 10], ...geometry })!;
  assert.match(String(mask['text/html']), /0 \(black\) to 1 \(white\)/);
  const patch = gridForm({
    dataHu: new Int16Array(4 * 4 * 3),
    format: { dim: 4, slices: 3, spacingMm: [1, 1, 1] },
  })!;
  assert.match(String(patch['text/plain']), /^Volume 4 x 4 x 3 voxels/);
  const flat = gridForm({ data: new Int16Array(16), size: [4, 4, 1], ...geometry })!;
  assert.deepEqual(Object.keys(flat), ['text/plain']);
});

test('gridForm() shows shape, type and a slice of a tensor, and values that cannot be had', () => {
  const tensor = (shape: number[], dataSync: () => unknown, dtype = 'float32') => ({
    shape,
    dtype,
    dataSync,
  });
  const ramp = tensor([2, 16, 16, 1], () => Float32Array.from({ length: 512 }, (_, index) => index));
  const { 'text/html': html, 'text/plain': text } = gridForm(ramp)!;
  assert.equal(text, 'Tensor float32 [2, 16, 16, 1], 512 values: min 0, max 511, mean 255.5');
  assert.match(String(html), /<img src="data:image\/png;base64/);
  assert.equal(
    gridForm(tensor([2], () => Float32Array.of(1, 2)))!['text/plain'],
    'Tensor float32 [2]\n[ 1, 2 ]',
  );
  const gone = tensor([2], () => {
    throw new Error('Tensor is disposed.');
  });
  assert.equal(gridForm(gone)!['text/plain'], 'Tensor float32 [2]: Tensor is disposed.');
  assert.match(
    String(gridForm(tensor([1e5, 1e5], () => assert.fail()))!['text/plain']),
    /too many to be fetched/,
  );
  assert.equal(gridForm(tensor([1], () => ['a'], 'string'))!['text/plain'], 'Tensor string [1]');
});

test('gridForm() draws what lies outside of the window of a tensor black or white', () => {
  const values = Int16Array.from({ length: 256 }, (_, at) => [-2000, -1000, 3000][at % 3]!);
  const { 'text/html': html } = gridForm({ shape: [16, 16], data: values })!;
  assert.match(String(html), /-1350 \(black\) to 150 \(white\)/);
  const png = Buffer.from(/base64,([^"]+)/.exec(String(html))![1]!, 'base64');
  const from = png.indexOf('IDAT');
  const pixels = inflateSync(png.subarray(from + 4, from + 4 + png.readUInt32BE(from - 4)));
  // Each line begins with the number of its filter.
  assert.deepEqual([...pixels.subarray(1, 7)], [0, 59, 255, 0, 59, 255]);
});

test('gridForm() leaves all else', () => {
  for (const value of [
    {},
    { data: new Int16Array(5), size: [2, 2, 2], ...geometry },
    { shape: [2, 2] },
    { shape: 'round', dtype: 'x' },
  ])
    assert.equal(gridForm(value), undefined);
});

test('gridForm() shows a small matrix with its rows, a long narrow one as a table, and a wide one as a picture', () => {
  const matrix = (rows: number, columns: number) => ({
    ...{ shape: [rows, columns], dtype: 'int32' },
    dataSync: () => Int32Array.from({ length: rows * columns }, (_, i) => i),
  });
  const small = gridForm(matrix(2, 3))!;
  assert.equal(small['text/plain'], 'Tensor int32 [2, 3]\n[ [ 0, 1, 2 ], [ 3, 4, 5 ] ]');
  assert.match(String(small['text/html']), /<p>2 rows x 3 columns<\/p>/);
  const long = String(gridForm(matrix(500, 2))!['text/html']);
  assert.match(long, /500, 2\], 1000 values: min 0, max 999, mean 499\.5/);
  assert.match(long, /<th scope="row">99<\/th><td [^>]*>198<\/td>.*the first 100 of 500 rows/s);
  assert.match(String(gridForm(matrix(32, 32))!['text/html']), /<img src="data:image\/png/);
});
