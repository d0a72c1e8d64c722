import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FLOAT32 } from '../../src/tensorflow/dataTypes.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { recomputed } from '../../src/tensorflow/recompute.js';
import { type Tensor, tensorId, tensorOf, tf } from '../../src/tensorflow/tf.js';
import { type TracedFunction, traceFunction } from '../../src/tensorflow/tracedFunction.js';

const engine = openEngine({ threads: 2 });
const { binding } = engine;
const PIECES = 8;
const OPERATIONS = 8;

/** Value and gradients of a chain of tanh(w x) in pieces, at x of `size` numbers and one weight a piece. */
function chain(size: number, again: boolean): TracedFunction {
  const run = (x: Tensor, [weight]: readonly Tensor[]): Tensor => {
    let y = x;
    for (let i = 0; i < OPERATIONS; i++) y = y.mul(weight!).tanh();
    return y;
  };
  const inputs = [{ shape: [size], dtype: FLOAT32 }, ...Array(PIECES).fill({ shape: [], dtype: FLOAT32 })];
  return traceFunction(engine, 'chain', inputs, (given) => {
    const [x, ...weights] = given.map((reference) => tensorOf(reference));
    const meanOf = (...ws: Tensor[]): Tensor =>
      ws
        .reduce((h, weight, index) => {
          if (!again) return run(h, [weight]);
          return recomputed(engine, run, h, [weight], { needsGradientOfX: index > 0 });
        }, x!)
        .mean();
    const { value, grads } = tf.valueAndGrads(meanOf as Parameters<typeof tf.valueAndGrads>[0])(weights);
    return [value, ...grads].map((tensor) => ({ id: tensorId(tensor), shape: [], dtype: FLOAT32 }));
  });
}

function resultsOf(program: TracedFunction, size: number): number[] {
  const x = binding.createTensor(
    [size],
    FLOAT32,
    Float32Array.from({ length: size }, (_, i) => (i % 7) - 3),
  );
  const weights = Array.from({ length: PIECES }, (_, i) =>
    binding.createTensor([], FLOAT32, Float32Array.of(1 + i / 10)),
  );
  const outputs = program.runSync([x, ...weights]);
  const values = outputs.map(({ id }) => binding.tensorDataSync(id)[0] as number);
  for (const id of [x, ...weights, ...outputs.map((output) => output.id)]) binding.deleteTensor(id);
  return values;
}

test('recomputed(): value and gradients are those of the plain computation, bit for bit', () => {
  const [plain, again] = [resultsOf(chain(1000, false), 1000), resultsOf(chain(1000, true), 1000)];
  assert.deepEqual(again, plain);
  assert.ok(plain.every((value) => Number.isFinite(value) && value !== 0));
});

test('recomputed(): the peak of memory falls, so TensorFlow does not merge the two computations', () => {
  const size = 2 ** 20;
  const megabytes = (key: string): number =>
    Number(new RegExp(`${key}:\\s*(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
  const before = megabytes('VmRSS');
  resultsOf(chain(size, true), size);
  const again = megabytes('VmHWM') - before;
  resultsOf(chain(size, false), size);
  const plain = megabytes('VmHWM') - before;
  // A tensor is 4 MB: 128 results, or 8 inputs of pieces and what one piece needs. Measured: 151 and 620 MiB.
  assert.ok(plain > 400, `${plain} MB`);
  assert.ok(again < 0.5 * plain, `${again} MB, plain ${plain}`);
});
