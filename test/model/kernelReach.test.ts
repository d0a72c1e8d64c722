import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelReach } from '../../src/model/kernelReach.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor5D, tf } from '../../src/tensorflow/tf.js';

openEngine();

test("kernelReach() names the taps at which TensorFlow's gradient of a kernel of ones is not zero", () => {
  for (const edge of [1, 2, 3, 4])
    for (const kernelEdge of [1, 2, 3, 5])
      for (const stride of [1, 2] as const) {
        const x = tf.ones([1, edge, edge, edge, 1]) as Tensor5D;
        const kernel = tf.ones([kernelEdge, kernelEdge, kernelEdge, 1, 1]) as Tensor5D;
        const gradient = tf.grad((k) => tf.conv3d(x, k as Tensor5D, stride, 'same').sum())(kernel);
        const taps = gradient.squeeze([3, 4]) as ReturnType<typeof tf.tensor3d>;
        const reach = kernelReach([edge, edge, edge], [kernelEdge, kernelEdge, kernelEdge], stride);
        const where = `map ${edge}, kernel ${kernelEdge}, stride ${stride}`;
        if (reach === undefined) {
          const meetsEachOnce = taps.sum().dataSync()[0] === edge ** 3;
          assert.ok(Math.ceil(edge / stride) > 1 || !meetsEachOnce, where);
          continue;
        }
        const [begin, size] = [reach.begin, reach.size] as [number[], number[]];
        const inside = taps.slice(begin as [number, number, number], size as [number, number, number]);
        assert.deepEqual([...new Set(inside.dataSync())], [1], where);
        assert.equal(taps.sum().dataSync()[0], edge ** 3, where);
      }
});
