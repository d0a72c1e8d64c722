/** Which scan each case comes from, as numbers from 0. */
export interface ScanIndex {
  readonly scans: number;
  /** One number a case; scans are numbered in the order of their sorted names, so that the order of the rows does not matter. */
  readonly scanOf: Uint32Array;
}

/**
 * Numbers the scans that `names` (a series uid a case) mentions.
 * @example
 * Array.from(scanIndex(['b', 'a', 'b']).scanOf) //=> [ 1, 0, 1 ]
 */
export function scanIndex(names: ArrayLike<string | number>): ScanIndex {
  const keys = Array.from(names, String);
  const places = new Map([...new Set(keys)].sort().map((name, place) => [name, place]));
  return { scans: places.size, scanOf: Uint32Array.from(keys, (key) => places.get(key)!) };
}

/** Throws RangeError unless there is one scan a case. */
export function requireScans({ scanOf }: ScanIndex, cases: number): void {
  if (scanOf.length !== cases)
    throw new RangeError(`Expected one scan a score, received ${scanOf.length} for ${cases} scores`);
}
