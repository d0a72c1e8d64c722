import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../src/random.js';

test('createRandom() follows sfc32 step by step', () => {
  // Reference: sfc32 of PractRand, written out with BigInt.
  let [a, b, c, counter] = [1n, 2n, 3n, 4n];
  const mask = 0xffffffffn;
  const random = createRandom([1, 2, 3, 4]);
  for (let i = 0; i < 1000; i++) {
    const result = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + ((c << 3n) & mask)) & mask;
    c = (((c << 21n) | (c >> 11n)) + result) & mask;
    assert.equal(random.uniform(), Number(result) / 2 ** 32);
  }
});

test('createRandom() repeats for the same seed and differs for another', () => {
  const draw = (seed: number | string) => Array.from({ length: 8 }, createRandom(seed).uniform);
  assert.deepEqual(draw(16), draw(16));
  assert.deepEqual(draw(16), draw('16'));
  assert.notDeepEqual(draw(16), draw(17));
});

test('state() continues a sequence exactly', () => {
  const random = createRandom('resume');
  for (let i = 0; i < 10; i++) random.uniform();
  const continued = createRandom(random.state());
  for (let i = 0; i < 10; i++) assert.equal(continued.uniform(), random.uniform());
});

test('fork() is independent of how far the parent has run', () => {
  const parent = createRandom(3);
  const before = parent.fork('epoch 1').uniform();
  parent.uniform();
  assert.equal(parent.fork('epoch 1').uniform(), before);
  assert.notEqual(parent.fork('epoch 2').uniform(), before);
});

test('uniform(), normal() and integer() have the moments of their distributions', () => {
  const random = createRandom(1);
  const n = 100_000;
  const mean = (draw: () => number) => Array.from({ length: n }, draw).reduce((sum, x) => sum + x, 0) / n;
  assert.ok(Math.abs(mean(random.uniform) - 0.5) < 0.005);
  assert.ok(Math.abs(mean(random.normal)) < 0.015);
  assert.ok(Math.abs(mean(() => random.normal() ** 2) - 1) < 0.03);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < n; i++) counts[random.integer(10)]!++;
  // chi-square with 9 degrees of freedom: 27.9 is exceeded once in a thousand
  assert.ok(counts.reduce((sum, k) => sum + (k - n / 10) ** 2 / (n / 10), 0) < 27.9);
});

test('shuffle() keeps every item and reaches every order', () => {
  const random = createRandom(2);
  const seen = new Set<string>();
  for (let i = 0; i < 400; i++) seen.add(random.shuffle([1, 2, 3, 4]).join(''));
  assert.equal(seen.size, 24);
});
