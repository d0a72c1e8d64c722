/** What the columns of a patch file say of its rows. */
export interface RowLabels {
  /** 1 nodule, 0 not. */
  readonly classes: ArrayLike<number>;
  /** 1 = leave out of training. */
  readonly notrain: ArrayLike<number>;
  readonly subsets: ArrayLike<number>;
}
