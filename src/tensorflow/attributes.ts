import type { Address, CApi } from './capi.js';
import { capi } from './library.js';
import { withStatus } from './status.js';
import { dimensions } from './tensors.js';

/** Kinds of attributes, with the numbers that TensorFlow.js' binding uses. */
export const ATTRIBUTE_KINDS = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** An attribute of an operation as TensorFlow.js' kernels pass it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | object | readonly number[];
}

function maker<V extends Attribute['value']>(type: number): (name: string, value: V) => Attribute {
  return (name, value) => ({ name, type, value });
}

/** Attributes by name, for operations that voxlab calls itself. */
export const attribute = {
  string: maker<string | Uint8Array>(ATTRIBUTE_KINDS.string),
  int: maker<number>(ATTRIBUTE_KINDS.int),
  ints: maker<readonly number[]>(ATTRIBUTE_KINDS.int),
  float: maker<number>(ATTRIBUTE_KINDS.float),
  bool: maker<boolean>(ATTRIBUTE_KINDS.bool),
  type: maker<number>(ATTRIBUTE_KINDS.type),
  types: maker<readonly number[]>(ATTRIBUTE_KINDS.type),
  shape: maker<readonly number[]>(ATTRIBUTE_KINDS.shape),
} as const;

/** Of `Cast`, from one element type to another. */
export function castAttributes(from: number, to: number): Attribute[] {
  return [attribute.type('SrcT', from), attribute.type('DstT', to), attribute.bool('Truncate', false)];
}

type Target = 'TFE_OpSetAttr' | 'TF_SetAttr';

/** Sets one attribute of an eager operation (`TFE_OpSetAttr`) or of a graph node (`TF_SetAttr`). */
export function setAttribute(target: Target, op: Address, { name, type, value }: Attribute): void {
  const api = capi();
  switch (type) {
    case ATTRIBUTE_KINDS.string: {
      const text = value instanceof Uint8Array ? value : Buffer.from(String(value));
      return api[`${target}String`](op, name, text, text.length);
    }
    case ATTRIBUTE_KINDS.int:
      return Array.isArray(value)
        ? api[`${target}IntList`](op, name, dimensions(value), value.length)
        : api[`${target}Int`](op, name, Number(value));
    case ATTRIBUTE_KINDS.float:
      return Array.isArray(value)
        ? api[`${target}FloatList`](op, name, Float32Array.from(value), value.length)
        : api[`${target}Float`](op, name, Number(value));
    case ATTRIBUTE_KINDS.bool:
      return Array.isArray(value)
        ? api[`${target}BoolList`](op, name, Uint8Array.from(value, Number), value.length)
        : api[`${target}Bool`](op, name, value ? 1 : 0);
    case ATTRIBUTE_KINDS.type:
      return Array.isArray(value)
        ? api[`${target}TypeList`](op, name, Int32Array.from(value), value.length)
        : api[`${target}Type`](op, name, Number(value));
    case ATTRIBUTE_KINDS.shape:
      return setShape(api, target, op, name, value as readonly number[]);
    default:
      throw new RangeError(
        `Expected attribute ${name} to be a string, number, bool, type or shape, received kind ${type}`,
      );
  }
}

/** The eager setter reports through a status, the graph's does not. */
function setShape(api: CApi, target: Target, op: Address, name: string, shape: readonly number[]): void {
  const dims = dimensions(shape);
  if (target === 'TF_SetAttr') api.TF_SetAttrShape(op, name, dims, shape.length);
  else withStatus(name, (status) => api.TFE_OpSetAttrShape(op, name, dims, shape.length, status));
}
