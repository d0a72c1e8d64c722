/**
 * The value below which `share` of `sorted` (ascending) lies, in a straight line between two neighbours: numpy's default
 * ("linear", type 7 of Hyndman and Fan, The American Statistician 50, 1996), to the last bit. Throws RangeError for no values.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) throw new RangeError('Expected values to take a quantile of, received none');
  const place = share * (sorted.length - 1);
  const index = Math.floor(place);
  const low = sorted[index]!;
  const high = sorted[Math.min(index + 1, sorted.length - 1)]!;
  const part = place - index;
  // Two forms, as numpy has them: each is exact at its own end.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
