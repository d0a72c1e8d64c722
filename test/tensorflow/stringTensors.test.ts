import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attribute } from '../../src/tensorflow/attributes.js';
import { COMPLEX64, INT64, STRING } from '../../src/tensorflow/dataTypes.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { runOperation, tensorId, tf } from '../../src/tensorflow/tf.js';
import { traceFunction } from '../../src/tensorflow/tracedFunction.js';
import { runPython } from '../python.js';

const engine = openEngine();
const { binding } = engine;

const TEXTS = ['', 'nodule', 'größer als 22 Bytes, also nicht im Tensor selbst', '\0\n', 'x'.repeat(100_000)];
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('strings of any length are kept, byte by byte', () => {
  assert.deepEqual([...tf.tensor1d(TEXTS, 'string').dataSync()], TEXTS);
  const raw = [Uint8Array.of(0xff, 0x00, 0xfe)];
  const id = binding.createTensor([1], STRING, raw);
  assert.deepEqual(binding.tensorDataSync(id), raw);
  binding.deleteTensor(id);
});

test("string operations equal TensorFlow's own in Python", () => {
  const expected = runPython<string[]>(
    `import json, sys, tensorflow as tf
print(json.dumps([t.decode() for t in tf.strings.regex_replace(json.load(sys.stdin), '[a-z]', '_').numpy()]))`,
    TEXTS,
  );
  const [result] = runOperation(
    'StaticRegexReplace',
    [
      attribute.string('pattern', '[a-z]'),
      attribute.string('rewrite', '_'),
      attribute.bool('replace_global', true),
    ],
    [tf.tensor1d(TEXTS, 'string')],
    1,
  );
  assert.deepEqual([...result!.dataSync()], expected);
});

test('strings become constants of a trace', async () => {
  const name = tf.scalar('hash me: a text that does not fit into the tensor', 'string');
  const hashOf = (): { id: number; shape: number[]; dtype: number } =>
    binding.executeOp('StringToHashBucketFast', [attribute.int('num_buckets', 1e6)], [tensorId(name)], 1)[0]!;
  const atOnce = binding.tensorDataSync(hashOf().id);
  const traced = traceFunction(engine, 'hash', [], () => [hashOf()]);
  const [result] = await traced.run([]);
  assert.deepEqual(binding.tensorDataSync(result!.id), atOnce);
  traced.dispose();
});

test('createTensor() refuses another number of strings than the shape has', () => {
  assert.throws(
    () => binding.createTensor([2], STRING, [bytesOf('one')]),
    (error) =>
      error instanceof RangeError &&
      error.message === 'Expected 2 string values for the shape [2], received 1',
  );
});

test('complex numbers have two numbers a value, int64 of TensorFlow.js two int32', () => {
  const id = binding.createTensor([2], COMPLEX64, Float32Array.of(1, 2, 3, -4));
  assert.deepEqual(binding.tensorDataSync(id), Float32Array.of(1, 2, 3, -4));
  assert.throws(() => binding.createTensor([2], COMPLEX64, Float32Array.of(1, 2)), RangeError);
  const whole = binding.createTensor([2], INT64, Int32Array.of(-5, -1, 7, 1));
  assert.deepEqual(binding.tensorDataSync(whole), BigInt64Array.of(-5n, 2n ** 32n + 7n));
  for (const each of [id, whole]) binding.deleteTensor(each);
});

test('memory of strings is free again, in TensorFlow too', () => {
  const megabyte = [new Uint8Array(1_000_000).fill(65)];
  const cycle = (times: number): void => {
    for (let i = 0; i < times; i++) {
      const id = binding.createTensor([1], STRING, megabyte);
      binding.tensorDataSync(id);
      binding.deleteTensor(id);
    }
  };
  cycle(50);
  const [handles, before] = [binding.getNumOfTensors(), process.memoryUsage().rss];
  cycle(500);
  assert.equal(binding.getNumOfTensors(), handles);
  const grown = (process.memoryUsage().rss - before) / 1e6;
  assert.ok(grown < 150, `500 strings of 1 MB left ${grown} MB`);
});
