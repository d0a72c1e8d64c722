/** What every supported Node has and the library of the cells' TypeScript (5.0) does not declare yet. */
interface ChangeByCopy<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}
interface Array<T> extends ChangeByCopy<T> {}
interface ReadonlyArray<T> extends ChangeByCopy<T> {}

interface TypedChangeByCopy<Self, T> {
  toReversed(): Self;
  toSorted(compare?: (a: T, b: T) => number): Self;
  with(index: number, value: T): Self;
}
interface Int8Array extends TypedChangeByCopy<Int8Array, number> {}
interface Uint8Array extends TypedChangeByCopy<Uint8Array, number> {}
interface Uint8ClampedArray extends TypedChangeByCopy<Uint8ClampedArray, number> {}
interface Int16Array extends TypedChangeByCopy<Int16Array, number> {}
interface Uint16Array extends TypedChangeByCopy<Uint16Array, number> {}
interface Int32Array extends TypedChangeByCopy<Int32Array, number> {}
interface Uint32Array extends TypedChangeByCopy<Uint32Array, number> {}
interface Float32Array extends TypedChangeByCopy<Float32Array, number> {}
interface Float64Array extends TypedChangeByCopy<Float64Array, number> {}

/** Asks the reader for a line; the default, or null where there is none, when it is empty. */
declare function prompt(message?: string, byDefault?: string): string | null;
/** Asks the reader; true for y and yes. */
declare function confirm(message?: string): boolean;
/** Waits until the reader has seen it. */
declare function alert(message?: string): void;
