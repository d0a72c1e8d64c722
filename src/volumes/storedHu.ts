/** A value as scans and patches store it: rounded half to even, clamped to int16. */
export function storedHu(valueHu: number): number {
  return Math.max(-32768, Math.min(32767, roundHalfEven(valueHu)));
}

/** Nearest whole number, ties to the even one (as IEEE 754 and numpy). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const above = value - floor;
  if (above < 0.5) return floor;
  if (above > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
