/** TensorFlow's numbers of element types (tensorflow/core/framework/types.proto). */
export const FLOAT32 = 1;
export const FLOAT64 = 2;
export const INT32 = 3;
export const UINT8 = 4;
export const INT16 = 5;
export const STRING = 7;
/** Two float32 a value: real and imaginary part. */
export const COMPLEX64 = 8;
export const INT64 = 9;
export const BOOL = 10;
/** Upper half of a float32; inside of programs alone. */
export const BFLOAT16 = 14;
/** 5 bits of exponent, 10 of mantissa; inside of programs alone. */
export const FLOAT16 = 19;
/** Handle of a variable. */
export const RESOURCE = 20;

/** A tensor's numbers. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array | Int16Array | BigInt64Array;

interface ElementType {
  readonly name: string;
  /** Numbers of the typed array that make one value. */
  readonly numbers: number;
  readonly fromBuffer: (buffer: ArrayBuffer) => TensorData;
  readonly from: (values: Iterable<number | bigint>) => TensorData;
}

const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([
  [FLOAT32, elementType('float32', Float32Array)],
  [FLOAT64, elementType('float64', Float64Array)],
  [INT32, elementType('int32', Int32Array)],
  [UINT8, elementType('uint8', Uint8Array)],
  [INT16, elementType('int16', Int16Array)],
  [BOOL, elementType('bool', Uint8Array)],
  [COMPLEX64, { ...elementType('complex64', Float32Array), numbers: 2 }],
  [
    INT64,
    {
      name: 'int64',
      numbers: 1,
      fromBuffer: (buffer) => new BigInt64Array(buffer),
      from: (values) => BigInt64Array.from([...values].map(BigInt)),
    },
  ],
]);

/** A typed array over a buffer that a tensor of this type was copied to. Throws RangeError for a type without one. */
export function arrayOver(dtype: number, buffer: ArrayBuffer): TensorData {
  return elementTypeOf(dtype).fromBuffer(buffer);
}

/**
 * The values as a typed array of the type's own class; no copy where they are one already. Of int64, an Int32Array holds
 * each value in two numbers, the lower first: so TensorFlow.js' kernels pass them.
 */
export function arrayOf(dtype: number, values: ArrayLike<number | bigint>): TensorData {
  const type = elementTypeOf(dtype);
  if (dtype === INT64 && values instanceof Int32Array) return type.fromBuffer(values.slice().buffer);
  const sample = type.fromBuffer(new ArrayBuffer(0));
  return values.constructor === sample.constructor
    ? (values as TensorData)
    : type.from(Array.from(values as ArrayLike<number>));
}

/** Numbers of the typed array that make one value of the type. */
export function numbersOfValue(dtype: number): number {
  return elementTypeOf(dtype).numbers;
}

export function dataTypeName(dtype: number): string {
  const others: Readonly<Record<number, string>> = { [RESOURCE]: 'resource', [STRING]: 'string' };
  return others[dtype] ?? ELEMENT_TYPES.get(dtype)?.name ?? `type ${dtype}`;
}

function elementTypeOf(dtype: number): ElementType {
  const type = ELEMENT_TYPES.get(dtype);
  if (type === undefined)
    throw new RangeError(
      `Expected a tensor of ${[...ELEMENT_TYPES.values()].map(({ name }) => name).join(', ')}, received ${dataTypeName(dtype)}`,
    );
  return type;
}

function elementType(
  name: string,
  array: {
    new (buffer: ArrayBuffer): TensorData;
    from(values: Iterable<number>): TensorData;
  },
): ElementType {
  return {
    name,
    numbers: 1,
    fromBuffer: (buffer) => new array(buffer),
    from: (values) => array.from([...values].map(Number)),
  };
}
