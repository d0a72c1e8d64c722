import { attribute } from './attributes.js';
import type { Address } from './capi.js';
import type { Context } from './context.js';
import { STRING } from './dataTypes.js';
import { execute } from './execute.js';
import { bytesAt, capi } from './library.js';
import { withStatus } from './status.js';
import { dimensions, requireLength, resolvedTensor } from './tensors.js';

/** Size of a TF_TString, which holds short texts itself and an address of longer ones. */
const TEXT_BYTES = 24;

/**
 * A TF_Tensor of strings, given by their bytes, for the length of `use`: TensorFlow frees the tensor's own memory, but not
 * the texts that it points to. Throws RangeError where the number of texts is not the shape's.
 */
export function withStrings<T>(
  shape: readonly number[],
  texts: readonly Uint8Array[],
  use: (tensor: Address) => T,
): T {
  requireLength({ shape, dtype: STRING }, texts.length);
  const api = capi();
  const tensor = api.TF_AllocateTensor(STRING, dimensions(shape), shape.length, TEXT_BYTES * texts.length);
  const addresses = textsOf(tensor, texts.length);
  for (const [index, address] of addresses.entries()) {
    api.TF_StringInit(address);
    api.TF_StringCopy(address, texts[index]!, texts[index]!.length);
  }
  try {
    return use(tensor);
  } finally {
    for (const address of addresses) api.TF_StringDealloc(address);
    api.TF_DeleteTensor(tensor);
  }
}

/** Copies texts to a tensor of TensorFlow's own, which it frees as a whole; the caller frees the handle. */
export function uploadStrings(
  context: Context,
  shape: readonly number[],
  texts: readonly Uint8Array[],
): Address {
  return withStrings(shape, texts, (tensor) => {
    const shared = withStatus('new tensor', (status, api) => api.TFE_NewTensorHandle(tensor, status));
    try {
      const attributes = [attribute.type('T', STRING)];
      return execute(context, { name: 'DeepCopy', attributes, inputs: [shared], outputCount: 1 })[0]!;
    } finally {
      capi().TFE_DeleteTensorHandle(shared);
    }
  });
}

/** Copies texts, as bytes; waits for the tensor. */
export function downloadStrings(handle: Address): Uint8Array[] {
  return resolvedTensor(handle, (tensor) => {
    const count = Number(capi().TF_TensorByteSize(tensor)) / TEXT_BYTES;
    return textsOf(tensor, count).map((address) => {
      const length = Number(capi().TF_StringGetSize(address));
      return length === 0
        ? new Uint8Array(0)
        : Uint8Array.from(bytesAt(capi().TF_StringGetDataPointer(address), length));
    });
  });
}

function textsOf(tensor: Address, count: number): Address[] {
  const first = BigInt(capi().TF_TensorData(tensor));
  return Array.from({ length: count }, (_, index) => first + BigInt(index * TEXT_BYTES));
}
