import type { Address } from './capi.js';
import { arrayOver, dataTypeName, numbersOfValue, type TensorData } from './dataTypes.js';
import { bytesAt, capi } from './library.js';
import { withStatus } from './status.js';

/** Shape and element type of a tensor. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: number;
}

/**
 * A TF_Tensor with a copy of the data, handed to `use` and freed after. Throws RangeError where the number of values is
 * not the shape's: TensorFlow would not notice, and read past the end.
 */
export function withTensor<T>(
  { shape, dtype }: TensorSpec,
  data: TensorData,
  use: (tensor: Address) => T,
): T {
  requireLength({ shape, dtype }, data.length / numbersOfValue(dtype));
  const api = capi();
  const tensor = api.TF_AllocateTensor(dtype, dimensions(shape), shape.length, data.byteLength);
  try {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytesAt(api.TF_TensorData(tensor), data.byteLength).set(bytes);
    return use(tensor);
  } finally {
    api.TF_DeleteTensor(tensor);
  }
}

/** Copies data to the device; the caller frees the handle. */
export function uploadTensor(spec: TensorSpec, data: TensorData): Address {
  return withTensor(spec, data, (tensor) =>
    withStatus('new tensor', (status, api) => api.TFE_NewTensorHandle(tensor, status)),
  );
}

/** Copies a tensor's data from the device; waits for it. */
export function downloadTensor(handle: Address): TensorData {
  const dtype = capi().TFE_TensorHandleDataType(handle);
  return resolvedTensor(handle, (tensor) => {
    const length = Number(capi().TF_TensorByteSize(tensor));
    return arrayOver(dtype, bytesAt(capi().TF_TensorData(tensor), length).slice().buffer as ArrayBuffer);
  });
}

/** The tensor behind a handle, in the computer's own memory, for the length of `use`. */
export function resolvedTensor<T>(handle: Address, use: (tensor: Address) => T): T {
  const api = capi();
  const tensor = withStatus('read tensor', (status) => api.TFE_TensorHandleResolve(handle, status));
  try {
    return use(tensor);
  } finally {
    api.TF_DeleteTensor(tensor);
  }
}

export function specOfHandle(handle: Address): TensorSpec {
  return withStatus('shape of a tensor', (status, api) => {
    const rank = api.TFE_TensorHandleNumDims(handle, status);
    const shape = Array.from({ length: Math.max(0, rank) }, (_, axis) =>
      Number(api.TFE_TensorHandleDim(handle, axis, status)),
    );
    return { shape, dtype: api.TFE_TensorHandleDataType(handle) };
  });
}

/** How many values a tensor of this shape has. */
export function valuesIn(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Throws RangeError where the number of values is not the shape's. */
export function requireLength({ shape, dtype }: TensorSpec, values: number): void {
  const length = valuesIn(shape);
  if (values !== length)
    throw new RangeError(
      `Expected ${length} ${dataTypeName(dtype)} values for the shape [${shape.join(', ')}], received ${values}`,
    );
}

/** A shape as the C API takes it. */
export function dimensions(shape: readonly number[]): BigInt64Array {
  return BigInt64Array.from(shape, BigInt);
}
