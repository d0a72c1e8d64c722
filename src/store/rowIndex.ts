import { findContiguous } from './hdf5Layout.js';

/** Temporary. */
export interface RowIndex {
  readonly path: string;
  readonly rows: number;
  readonly valuesPerRow: number;
  readonly layout: { readonly kind: 'contiguous'; readonly offset: number };
}

export function openRowIndex(
  path: string,
  dataset: string,
  rows: number,
): RowIndex | { readonly because: string } {
  const found = findContiguous(path, dataset);
  if (found === undefined) return { because: 'input is stored in chunks' };
  return {
    path,
    rows,
    valuesPerRow: found.bytes / 2 / rows,
    layout: { kind: 'contiguous', offset: found.offset },
  };
}
