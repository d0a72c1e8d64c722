import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../src/errors.js';
import { attribute } from '../../src/tensorflow/attributes.js';
import type { TensorReference } from '../../src/tensorflow/binding.js';
import { FLOAT32, RESOURCE } from '../../src/tensorflow/dataTypes.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor, tensorId, tensorOf, tf } from '../../src/tensorflow/tf.js';
import { traceFunction } from '../../src/tensorflow/tracedFunction.js';
import { createVariable, freeVariable, readVariable, tracedValue } from '../../src/tensorflow/variables.js';

const engine = openEngine();
const { binding } = engine;
const reference = (tensor: Tensor): TensorReference => ({
  id: tensorId(tensor),
  shape: tensor.shape,
  dtype: FLOAT32,
});
const vector = { shape: [3], dtype: FLOAT32 };

test('traceFunction(): values and gradients of a trace equal those computed at once, synchronously and not', async () => {
  const body = (x: Tensor): Tensor => tf.concat([x.mul(x), x.exp()]).sum();
  const traced = traceFunction(engine, 'square', [vector], ([x]) => {
    const { value, grad } = tf.valueAndGrad(body as Parameters<typeof tf.valueAndGrad>[0])(tensorOf(x!));
    return [reference(value), reference(grad)];
  });
  const input = tf.tensor1d([0.5, -1, 2]);
  const expected = tf.valueAndGrad(body as Parameters<typeof tf.valueAndGrad>[0])(input);
  for (const results of [traced.runSync([tensorId(input)]), await traced.run([tensorId(input)])]) {
    assert.deepEqual(binding.tensorDataSync(results[0]!.id), expected.value.dataSync());
    assert.deepEqual(binding.tensorDataSync(results[1]!.id), expected.grad.dataSync());
  }
  assert.ok(traced.nodeCount > 5);
  traced.dispose();
  traced.dispose();
});

test('a traced function changes variables before its results are there, and keeps constants from outside', async () => {
  const variable = createVariable(engine, 'v', [3], Float32Array.of(1, 2, 3));
  const outside = tf.tensor1d([10, 10, 10]);
  const traced = traceFunction(engine, 'add', [{ shape: [], dtype: RESOURCE }, vector], ([resource, x]) => {
    const next = tracedValue(engine, resource!, [3]).add(tensorOf(x!)).add(outside);
    binding.executeOp(
      'AssignVariableOp',
      [attribute.type('dtype', FLOAT32)],
      [resource!.id, tensorId(next)],
      0,
    );
    return [reference(next.sum())];
  });
  outside.dispose();
  const [sum] = await traced.run([variable.id, tensorId(tf.tensor1d([1, 1, 1]))]);
  assert.equal(binding.tensorDataSync(sum!.id)[0], 39);
  assert.deepEqual(readVariable(engine, variable), Float32Array.of(12, 13, 14));
  freeVariable(engine, variable);
});

test('reading data while tracing, a trace inside a trace, and a failing body say so; the engine works afterwards', () => {
  const trace = (body: (x: TensorReference) => void) =>
    traceFunction(engine, 'bad', [vector], ([x]) => {
      body(x!);
      return [x!];
    });
  assert.throws(
    () => trace((x) => tensorOf(x).dataSync()),
    (error) =>
      error instanceof EngineError &&
      /expected a tensor with data, received one of a trace \(float32 \[3\]\)/.test(error.message),
  );
  assert.throws(() => trace(() => trace(() => {})), /no trace inside a trace/);
  assert.throws(() => trace(() => assert.fail('mine')), /mine/);
  assert.equal(tf.tensor1d([1, 2]).sum().dataSync()[0], 3);
});

test('a traced operation whose device cannot run it runs elsewhere, as one that runs at once does', () => {
  const gpu = '/job:localhost/replica:0/task:0/device:GPU:0';
  const negated = (x: number) => binding.executeOp('Neg', [attribute.type('T', FLOAT32)], [x], 1)[0]!;
  const traced = traceFunction(engine, 'negated', [{ shape: [], dtype: FLOAT32 }], ([x]) => {
    binding.trace.device = gpu;
    return [negated(x!.id)];
  });
  const x = binding.createTensor([], FLOAT32, Float32Array.of(3));
  binding.device = gpu;
  const atOnce = negated(x);
  binding.device = undefined;
  const [later] = traced.runSync([x]);
  for (const { id } of [atOnce, later!]) {
    assert.deepEqual(binding.tensorDataSync(id), Float32Array.of(-3));
    binding.deleteTensor(id);
  }
  binding.deleteTensor(x);
  traced.dispose();
});

test('run() leaves the event loop running', async () => {
  const size = { shape: [900, 900], dtype: FLOAT32 };
  const traced = traceFunction(engine, 'products', [size], ([x]) => {
    let y = tensorOf<Tensor>(x!);
    for (let i = 0; i < 12; i++) y = tf.matMul(y, y).mul(1e-3);
    return [reference(y.sum())];
  });
  const input = tf.ones([900, 900]);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 2);
  const [result] = await traced.run([tensorId(input)]);
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks`);
  binding.deleteTensor(result!.id);
});
