/** Places in a list of rows, by whether training would have left the row out. */
export interface RowsByUse {
  /** `notrain` 0: the rows that the official score is about. */
  readonly official: Uint32Array;
  /** `notrain` other than 0: near a nodule, or near a finding that is excluded. LUNA16's score ignores them. */
  readonly leftOut: Uint32Array;
}

/** Parts rows by their column `notrain`, in order. Throws RangeError for what is no number. */
export function rowsByUse(notrain: ArrayLike<number>): RowsByUse {
  const flags = Array.from(notrain);
  const wrong = flags.findIndex((flag) => typeof flag !== 'number' || Number.isNaN(flag));
  if (wrong >= 0) throw new RangeError(`Expected a number in notrain, received ${flags[wrong]} at ${wrong}`);
  const at = (isLeftOut: boolean): Uint32Array =>
    Uint32Array.from([...flags.keys()].filter((index) => (flags[index] !== 0) === isLeftOut));
  return { official: at(false), leftOut: at(true) };
}

/** The values at these places. Throws RangeError for a place that is none. */
export function valuesAt<T>(values: ArrayLike<T>, places: ArrayLike<number>): T[] {
  return Array.from(places, (place) => {
    if (!(place in values))
      throw new RangeError(`Expected a place from 0 to ${values.length - 1}, received ${place}`);
    return values[place]!;
  });
}
