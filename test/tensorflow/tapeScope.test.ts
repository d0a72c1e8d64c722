import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEngine } from '../../src/tensorflow/engine.js';
import { withOwnGradients } from '../../src/tensorflow/tapeScope.js';
import { type Tensor, tf } from '../../src/tensorflow/tf.js';

openEngine();

let asked: string[] = [];
/** a * b, which notes the gradients that it is asked for. */
const product = (a: Tensor, b: Tensor): Tensor =>
  withOwnGradients(
    [a, b],
    () => a.mul(b),
    (dy, [savedA, savedB]) => [
      () => {
        asked.push('a');
        return dy.mul(savedB);
      },
      () => {
        asked.push('b');
        return dy.mul(savedA);
      },
    ],
  );
const [a, b] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([5, 7, 11])];

test("withOwnGradients(): the gradients of TensorFlow.js' own product, through operations before and behind", async () => {
  const through = (times: typeof product) => (x: Tensor, y: Tensor) => times(x.square(), y.exp()).square();
  const [own, plain] = [product, tf.mul as typeof product].map((times) => tf.grads(through(times))([a, b]));
  for (const [index, gradient] of own!.entries())
    assert.deepEqual(await gradient.data(), await plain![index]!.data());
});

test('withOwnGradients(): the gradient of an input that is no result of what is asked for is not computed', async () => {
  asked = [];
  const gradient = tf.grad((y: Tensor) => product(a, y))(b);
  assert.deepEqual([...(await gradient.data())], [1, 2, 3]);
  assert.deepEqual(asked, ['b']);
});

test("withOwnGradients(): inside of an operation with a gradient of its own, that operation's counts", async () => {
  const tenfold = tf.customGrad((...given) => {
    const [x, save] = given as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([x]);
    return { value: product(x, b), gradFunc: (dy: Tensor) => dy.mul(10) };
  });
  const gradient = tf.grad((x: Tensor) => tenfold(x))(a);
  assert.deepEqual([...(await gradient.data())], [10, 10, 10]);
});
