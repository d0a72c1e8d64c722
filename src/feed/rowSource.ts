/** Patches by row number: what batches are read from. An open patch file is one. */
export interface RowSource {
  readonly voxelsPerRow: number;
  /** Copies rows, in the order given, to `into` from index `at`: Hounsfield units, z, y, x. */
  readRows(rows: ArrayLike<number>, into: Int16Array, at?: number): Promise<void>;
}

/** What decides which row is used for what; one value a row. */
export interface RowLabels {
  /** 1 nodule, 0 not. */
  readonly classes: ArrayLike<number>;
  /** 1 = leave out of training. */
  readonly notrain: ArrayLike<number>;
  readonly subsets: ArrayLike<number>;
}
