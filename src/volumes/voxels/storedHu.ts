/** Adding and taking away 1.5 * 2^52 leaves no bits for a fraction: the processor's own rounding, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

/** What no scanner saw, and what lies outside of scans and patches. */
export const AIR_HU = -1000;

/** A value as scans and patches store it: rounded half to even, clamped to int16. */
export function storedHu(valueHu: number): number {
  const clamped = Math.max(-32768, Math.min(32767, valueHu));
  return clamped + ROUNDER - ROUNDER;
}

/** Nearest whole number, ties to the even one (as IEEE 754 and numpy), for values below 2^51. */
export function roundHalfEven(value: number): number {
  return value + ROUNDER - ROUNDER;
}
