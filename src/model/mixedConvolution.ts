import { attribute } from '../tensorflow/attributes.js';
import type { TensorReference } from '../tensorflow/binding.js';
import { BFLOAT16, FLOAT32, INT32 } from '../tensorflow/dataTypes.js';
import {
  constantReference,
  runOnReferences,
  type Tensor,
  type Tensor5D,
  tensorId,
  tensorOf,
  tf,
} from '../tensorflow/tf.js';

/**
 * Maps of up to so many voxels an edge stay float32: TensorFlow's bfloat16 gradient of the kernel on maps of 2^3 returns
 * values that are not finite now and then (docs/engine.md).
 */
const LARGEST_FLOAT32_EDGE = 2;

/** Whether a convolution with this output map may be computed with bfloat16. */
export function allowsMixed(outputMap: readonly number[]): boolean {
  return Math.min(...outputMap) > LARGEST_FLOAT32_EDGE;
}

/** A convolution, and both its gradients, on bfloat16 copies of float32 tensors; sums inside are float32. */
export function convolveMixed(
  x: Tensor5D,
  kernel: Tensor5D,
  stride: 1 | 2,
  padding: 'same' | 'valid',
): Tensor5D {
  const attributes = [
    attribute.type('T', BFLOAT16),
    attribute.ints('strides', [1, stride, stride, stride, 1]),
    attribute.string('padding', padding.toUpperCase()),
    attribute.string('data_format', 'NDHWC'),
    attribute.ints('dilations', [1, 1, 1, 1, 1]),
  ];
  const convolve = tf.customGrad((...given) => {
    const [xs, ks, save] = given as unknown as [Tensor5D, Tensor5D, (tensors: Tensor[]) => void];
    const [narrowX, narrowK] = [narrow(xs), narrow(ks)];
    const y = wide(runOnReferences('Conv3D', attributes, [narrowX.id, narrowK.id]));
    save([xs, ks]);
    return {
      value: y,
      gradFunc: (dy: Tensor) => {
        const narrowDy = narrow(dy);
        const dx = runOnReferences(
          'Conv3DBackpropInputV2',
          [...attributes, attribute.type('Tshape', INT32)],
          [shapeOf(xs), narrowK.id, narrowDy.id],
          xs.shape,
        );
        const dk = runOnReferences(
          'Conv3DBackpropFilterV2',
          attributes,
          [narrowX.id, shapeOf(ks), narrowDy.id],
          ks.shape,
        );
        return [wide(dx), wide(dk)];
      },
    };
  });
  return convolve(x, kernel) as Tensor5D;
}

function narrow(tensor: Tensor): TensorReference {
  return runOnReferences('Cast', castAttributes(FLOAT32, BFLOAT16), [tensorId(tensor)]);
}

function wide({ id }: TensorReference): Tensor {
  return tensorOf(runOnReferences('Cast', castAttributes(BFLOAT16, FLOAT32), [id]));
}

function castAttributes(from: number, to: number) {
  return [attribute.type('SrcT', from), attribute.type('DstT', to), attribute.bool('Truncate', false)];
}

function shapeOf({ shape }: Tensor): number {
  return constantReference([shape.length], INT32, shape);
}
