import type { Reading } from './readers.js';

/** What h5py or SimpleITK says of the same file. */
type Reference = Readonly<Record<string, unknown>>;

/**
 * What of a reading is other than the reference reader's, in words; undefined where nothing is. What the reference refuses and
 * we read is no difference here: it may read less than there is.
 */
export function differenceOf(
  reader: string,
  ours: NonNullable<Reading>,
  theirs: Reference,
): string | undefined {
  if ('refused' in theirs) return undefined;
  return reader === 'hdf5'
    ? rowDifference(ours.rows as string[], theirs.rows as (string | null)[])
    : scanDifference(ours, theirs);
}

function rowDifference(ours: readonly string[], theirs: readonly (string | null)[]): string | undefined {
  if (ours.length !== theirs.length) return `${ours.length} rows for ${theirs.length}`;
  const row = ours.findIndex((hash, at) => theirs[at] !== null && hash !== theirs[at]);
  return row < 0 ? undefined : `row ${row}`;
}

function scanDifference(ours: NonNullable<Reading>, theirs: Reference): string | undefined {
  const parts = ['size', 'spacingMm', 'originMm', 'direction', 'sum'];
  const other = parts.find((part) => !near(ours[part], theirs[part]));
  return other === undefined
    ? undefined
    : `${other} ${JSON.stringify(ours[other])} for ${JSON.stringify(theirs[other])}`;
}

function near(a: unknown, b: unknown): boolean {
  const [x, y] = [[a].flat(), [b].flat()] as [number[], number[]];
  return (
    x.length === y.length &&
    x.every((value, at) => Math.abs(value - y[at]!) <= 1e-6 * Math.max(1, Math.abs(value)))
  );
}
