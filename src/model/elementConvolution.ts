import type { Precision } from '../config/trainingSettings.js';
import { type Attribute, attribute, castAttributes } from '../tensorflow/attributes.js';
import type { TensorReference } from '../tensorflow/binding.js';
import { BFLOAT16, FLOAT16, FLOAT32, INT32 } from '../tensorflow/dataTypes.js';
import { withOwnGradients } from '../tensorflow/tapeScope.js';
import {
  constantReference,
  runOnReferences,
  type Tensor,
  type Tensor5D,
  tensorId,
  tensorOf,
} from '../tensorflow/tf.js';

/** TensorFlow's own 3-D convolution in an element type that TensorFlow.js does not know, and what is built of its parts. */

export const ELEMENT_TYPES: Readonly<Record<Precision, number>> = {
  float32: FLOAT32,
  bfloat16: BFLOAT16,
  float16: FLOAT16,
};

export type Shape5 = [number, number, number, number, number];

export interface ConvolutionLayout {
  readonly stride: 1 | 2;
  readonly padding: 'same' | 'valid';
}

/** Parts of a convolution that are computed in another way than by TensorFlow's operation for them. */
export interface OtherWays {
  /** Of float32 tensors, in the element type. */
  readonly value?: ((x: Tensor5D, kernel: Tensor5D) => TensorReference) | undefined;
  /** float32, as `x` and `dy` are; `dyId`: the number of dy in the element type. */
  readonly kernelGradient?: ((x: Tensor5D, dy: Tensor5D, dyId: number) => Tensor) | undefined;
}

/** A convolution of float32 tensors, computed in an element type with its gradients in the same; or parts of it in other ways. */
export function convolveIn(
  dtype: number,
  x: Tensor5D,
  kernel: Tensor5D,
  { stride, padding }: ConvolutionLayout,
  ways: OtherWays = {},
): Tensor5D {
  const attributes = convolutionAttributes(dtype, [stride, stride, stride], padding);
  const plain = (): TensorReference =>
    runOnReferences('Conv3D', attributes, [elementsOf(x, dtype), elementsOf(kernel, dtype)]);
  const forward = (): Tensor => floatOf(ways.value?.(x, kernel) ?? plain(), dtype);
  const convolved = withOwnGradients([x, kernel], forward, (dy, [savedX, savedK]) => {
    const ownDy = elementsOf(dy, dtype);
    const ofKernel = (): Tensor => {
      const given = [elementsOf(savedX, dtype), shapeOf(savedK), ownDy];
      return floatOf(runOnReferences('Conv3DBackpropFilterV2', attributes, given, savedK.shape), dtype);
    };
    const ofMap = (): Tensor => {
      const withIndex = [...attributes, attribute.type('Tshape', INT32)];
      const given = [shapeOf(savedX), elementsOf(savedK, dtype), ownDy];
      return floatOf(runOnReferences('Conv3DBackpropInputV2', withIndex, given, savedX.shape), dtype);
    };
    return [ofMap, () => ways.kernelGradient?.(savedX, dy as Tensor5D, ownDy) ?? ofKernel()];
  });
  return convolved as Tensor5D;
}

/** Of `Conv3D` and its gradients; strides along z, y, x. */
export function convolutionAttributes(
  dtype: number,
  strides: readonly [number, number, number],
  padding: ConvolutionLayout['padding'],
): Attribute[] {
  return [
    attribute.type('T', dtype),
    attribute.ints('strides', [1, ...strides, 1]),
    attribute.string('padding', padding.toUpperCase()),
    attribute.string('data_format', 'NDHWC'),
    attribute.ints('dilations', [1, 1, 1, 1, 1]),
  ];
}

/** The number of a float32 tensor in the element type. */
export function elementsOf(tensor: Tensor, dtype: number): number {
  const id = tensorId(tensor);
  return dtype === FLOAT32 ? id : runOnReferences('Cast', castAttributes(FLOAT32, dtype), [id]).id;
}

/** Of numbers in the element type. */
export function floatOf(reference: TensorReference, dtype: number): Tensor {
  return tensorOf(
    dtype === FLOAT32 ? reference : runOnReferences('Cast', castAttributes(dtype, FLOAT32), [reference.id]),
  );
}

function shapeOf({ shape }: Tensor): number {
  return constantReference([shape.length], INT32, shape);
}
