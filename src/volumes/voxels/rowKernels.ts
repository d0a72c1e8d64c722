/*
 * Loops over rows of numbers as WebAssembly with SIMD: two float64 an instruction, no bounds check for each. JavaScript's own
 * loops take several times as long. The bytes are assembled here, from one expression a kernel, so that nothing must be
 * compiled when the program is installed. Encoding: WebAssembly Core Specification 2.0, chapter 5.
 * No operation rounds otherwise than JavaScript's (there is no fused multiply-add): the results have the same bits.
 */

/**
 * Kernels over rows in `memory`. Addresses (`into`, `from`, ...) are in bytes; `count` is in values, a multiple of ROW_STEP,
 * above 0. Rows may be the same, yet not overlap otherwise.
 */
export interface RowKernels {
  /** The memory as float64, as float32 and as int16. */
  readonly values: Float64Array;
  readonly floats: Float32Array;
  readonly hu: Int16Array;
  /** into = lower + (upper - lower) share */
  mix(into: number, count: number, lower: number, upper: number, share: number): void;
  /** As mix(); stores int16, rounded half to even and clamped. */
  mixToHu(into: number, count: number, lower: number, upper: number, share: number): void;
  /** into = a wa + b wb + c wc + d wd */
  weigh(into: number, count: number, a: number, b: number, c: number, d: number, ...w: FourWeights): void;
  /** As weigh(); stores int16, rounded half to even and clamped. */
  weighToHu(into: number, count: number, a: number, b: number, c: number, d: number, ...w: FourWeights): void;
  /** into = into factor */
  scale(into: number, count: number, factor: number): void;
  /** into = into + from factor */
  addScaled(into: number, count: number, from: number, factor: number): void;
  /** into = low + (high - low) share of two int16 voxels that lie side by side */
  mixVoxels(into: number, count: number, ...places: VoxelPlaces): void;
  /** into = (next - into) factor */
  reflect(into: number, count: number, next: number, factor: number): void;
  /** Stores a row of float32 as int16, rounded half to even and clamped; what is not finite is -32768. */
  floatsToHu(into: number, count: number, from: number): void;
}

/** Of mixVoxels(): addresses of the byte offsets (int32) of each value's voxel, and of its share; `voxels` is what the offsets count from. */
type VoxelPlaces = [offsets: number, shares: number, voxels: number];
type FourWeights = [wa: number, wb: number, wc: number, wd: number];

/** Lengths of rows are multiples of this many values: what one step of the int16 kernels stores. */
export const ROW_STEP = 8;

/** Values that a row of `length` takes. */
export function paddedLength(length: number): number {
  return Math.ceil(length / ROW_STEP) * ROW_STEP;
}

/** What is used of Node's WebAssembly: its types come with those of browsers only. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

let compiled: object | undefined;

/** Kernels with a memory of their own that holds at least `values` float64, all 0. */
export function createRowKernels(values: number): RowKernels {
  const { Module, Memory, Instance } = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
  compiled ??= new Module(assemble());
  const memory = new Memory({ initial: Math.max(1, Math.ceil((values * 8) / 65536)) });
  const { exports } = new Instance(compiled, { js: { memory } });
  return {
    ...(exports as Omit<RowKernels, 'values' | 'floats' | 'hu'>),
    values: new Float64Array(memory.buffer),
    floats: new Float32Array(memory.buffer),
    hu: new Int16Array(memory.buffer),
  };
}

type Code = readonly number[];
type Expression = (step: number) => Code;

interface Kernel {
  readonly name: string;
  /** Addresses after `into` and `count`, then numbers. */
  readonly rows: number;
  /** Bytes that each address goes on by in a step; default: those of float64. */
  readonly steps?: readonly number[];
  readonly numbers: number;
  /** Two values at byte `step` of the rows. */
  readonly value?: Expression;
  /** Instead: eight int16. */
  readonly hu?: Code;
}

const I32 = 0x7f;
const F64 = 0x7c;
const V128 = 0x7b;
const simd = (...code: number[]): Code => [0xfd, ...code];
const ADD = simd(0xf0, 1);
const SUBTRACT = simd(0xf1, 1);
const MULTIPLY = simd(0xf2, 1);
const NEAREST = simd(0x94, 1);
const TO_INT32 = simd(0xfc, 1);
const TO_INT16 = simd(0x85, 1);
/** Of two pairs of int32, each followed by zeros, one of four. */
const JOIN_PAIRS = simd(0x0d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);

/** What every finite number is minus itself, four times; NaN and infinity are not. */
const ZEROS = simd(0x0c, ...Array<number>(16).fill(0));
/** -32768, four times. */
const LOWEST = simd(0x0c, ...[0, 1, 2, 3].flatMap(() => [0x00, 0x80, 0xff, 0xff]));

const local = (index: number): Code => [0x20, index];
/** Two values at byte `step` of the row whose address is parameter `index`. */
const load = (index: number, step: number): Code => [...local(index), ...simd(0, 4, step)];
/** A number in both places. */
const splat = (index: number): Code => [...local(index), ...simd(0x14)];
const product = (row: number, step: number, number: number): Code => [
  ...load(row, step),
  ...splat(number),
  ...MULTIPLY,
];

/** Parameters: 0 into, 1 count, then rows, then numbers. */
const mix: Expression = (step) => [
  ...load(2, step),
  ...load(3, step),
  ...load(2, step),
  ...SUBTRACT,
  ...splat(4),
  ...MULTIPLY,
  ...ADD,
];
const weigh: Expression = (step) => [
  ...product(2, step, 6),
  ...product(3, step, 7),
  ...ADD,
  ...product(4, step, 8),
  ...ADD,
  ...product(5, step, 9),
  ...ADD,
];

/** Two voxels side by side are one read of 32 bits; the second pair joins the first in its vector. */
const mixVoxels: Expression = (step) => {
  const [offsets, shares, voxels, four, low] = [2, 3, 4, 6, 7];
  const address = (i: number): Code => [...local(voxels), ...local(offsets), 0x28, 2, step / 2 + i, 0x6a];
  const everyOther = (from: number): Code =>
    simd(0x0d, ...[0, 8, 0, 8].flatMap((at) => [0, 1, 2, 3].map((byte) => at + from + byte)));
  const toFloat = simd(0xfe, 1);
  return [
    ...[...address(4), ...address(0), ...simd(0x5c, 1, 0), ...simd(0x56, 1, 0, 1)],
    ...[...simd(0xa7, 1), 0x22, four, ...local(four), ...everyOther(0), ...toFloat, 0x22, low],
    ...[...local(four), ...local(four), ...everyOther(4), ...toFloat, ...local(low), ...SUBTRACT],
    ...[...load(shares, step), ...MULTIPLY, ...ADD],
  ];
};

const KERNELS: readonly Kernel[] = [
  { name: 'mix', rows: 2, numbers: 1, value: mix },
  { name: 'mixToHu', rows: 2, numbers: 1, hu: huOf(mix) },
  { name: 'weigh', rows: 4, numbers: 4, value: weigh },
  { name: 'weighToHu', rows: 4, numbers: 4, hu: huOf(weigh) },
  { name: 'mixVoxels', rows: 3, steps: [ROW_STEP * 4, ROW_STEP * 8, 0], numbers: 0, value: mixVoxels },
  { name: 'scale', rows: 0, numbers: 1, value: (step) => product(0, step, 2) },
  {
    name: 'addScaled',
    rows: 1,
    numbers: 1,
    value: (step) => [...load(0, step), ...product(2, step, 3), ...ADD],
  },
  {
    name: 'reflect',
    rows: 1,
    numbers: 1,
    value: (step) => [...load(2, step), ...load(0, step), ...SUBTRACT, ...splat(3), ...MULTIPLY],
  },
  {
    name: 'floatsToHu',
    rows: 1,
    steps: [ROW_STEP * 4],
    numbers: 0,
    hu: [...floatsToInt32(0), ...floatsToInt32(16), ...TO_INT16],
  },
];

/** The module: its memory is imported, its kernels are exported. */
function assemble(): Uint8Array {
  const types = KERNELS.map(({ rows, numbers }) => [
    0x60,
    ...vector(Array.from({ length: 2 + rows + numbers }, (_, i) => [i < 2 + rows ? I32 : F64])),
    0,
  ]);
  const memory = [...text('js'), ...text('memory'), 2, 0, 1];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([memory])),
    ...section(3, vector(KERNELS.map((_, i) => [i]))),
    ...section(7, vector(KERNELS.map(({ name }, i) => [...text(name), 0, i]))),
    ...section(10, vector(KERNELS.map((kernel) => sized(functionOf(kernel))))),
  ]);
}

/** A loop over a row: `into` and the addresses of the rows step on until `into` reaches its end. */
function functionOf({ rows, numbers, steps, hu, value }: Kernel): Code {
  const end = 2 + rows + numbers;
  const valueBytes = hu === undefined ? 8 : 2;
  const body =
    hu === undefined
      ? [0, 16, 32, 48].flatMap((step) => [...local(0), ...value!(step), ...simd(0x0b, 4, step)])
      : [...local(0), ...hu, ...simd(0x0b, 4, 0)];
  const advance = (index: number, bytes: number): Code => [
    ...local(index),
    0x41,
    ...signed(bytes),
    0x6a,
    0x21,
    index,
  ];
  return [
    ...[2, 1, I32, 2, V128],
    ...[...local(0), ...local(1), 0x41, valueBytes, 0x6c, 0x6a, 0x21, end],
    ...[0x03, 0x40],
    ...body,
    ...advance(0, ROW_STEP * valueBytes),
    ...Array.from({ length: rows }, (_, i) => advance(2 + i, steps?.[i] ?? ROW_STEP * 8)).flat(),
    ...[...local(0), ...local(end), 0x49, 0x0d, 0],
    ...[0x0b, 0x0b],
  ];
}

/** Four float32 at byte `step` of the row behind parameter 2. */
function floatsToInt32(step: number): Code {
  const value = load(2, step);
  const finite = [...value, ...value, ...simd(0xe5, 1), ...ZEROS, ...simd(0x41)];
  return [...value, ...simd(0x6a), ...simd(0xf8, 1), ...LOWEST, ...finite, ...simd(0x52)];
}

/** Eight values as int16: both conversions clamp. */
function huOf(value: Expression): Code {
  const pair = (step: number): Code => [...value(step), ...NEAREST, ...TO_INT32];
  const four = (step: number): Code => [...pair(step), ...pair(step + 16), ...JOIN_PAIRS];
  return [...four(0), ...four(32), ...TO_INT16];
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(name: string): Code {
  return sized([...Buffer.from(name)]);
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** LEB128 of a number whose seventh bit would be taken for a sign. */
function signed(value: number): Code {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
}
