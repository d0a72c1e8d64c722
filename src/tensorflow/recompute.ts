import { attribute } from './attributes.js';
import { FLOAT32 } from './dataTypes.js';
import type { Engine } from './engine.js';
import { gradientsAt } from './tapeScope.js';
import { type Tensor, tensorId, tensorOf, tf } from './tf.js';

/**
 * In a trace: `run(x, weights)`, of which nothing but x stays until the backward pass, which computes the rest again
 * (Chen, Xu, Zhang, Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016). The same operations on the same data:
 * the same values and gradients. `run` is called twice, and must do the same each time.
 */
export function recomputed(
  engine: Engine,
  run: (x: Tensor, weights: readonly Tensor[]) => Tensor,
  x: Tensor,
  weights: readonly Tensor[],
  options: { readonly needsGradientOfX: boolean },
): Tensor {
  const tracked = options.needsGradientOfX ? [x, ...weights] : weights;
  const piece = tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([x, ...weights]);
    return {
      value: run(x, weights),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [savedX, ...savedWeights] = saved as [Tensor, ...Tensor[]];
        const again = notBefore(engine, dy, savedX);
        return options.needsGradientOfX
          ? gradientsAt((first, ...rest) => run(first!, rest), [again, ...savedWeights], dy)
          : gradientsAt((...rest) => run(again, rest), savedWeights, dy);
      },
    };
  });
  return piece(...tracked);
}

/**
 * The tensor, from the moment on when `earlier` is there. Without it TensorFlow would merge the second computation with the
 * first, which is the same, and keep its results; or run it early.
 */
function notBefore({ binding }: Engine, earlier: Tensor, tensor: Tensor): Tensor {
  const { oper } = binding.tracedOutput(tensorId(earlier)).output;
  const [gate] = binding.trace.after([oper], () =>
    binding.executeOp('Identity', [attribute.type('T', FLOAT32)], [tensorId(tensor)], 1),
  );
  return tensorOf(gate!);
}
