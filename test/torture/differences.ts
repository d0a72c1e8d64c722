import type { Reading } from './readers.js';

/** What h5py or SimpleITK says of the same file. */
type Reference = Readonly<Record<string, unknown>>;

/**
 * What of a reading is other than the reference reader's, in words; undefined where nothing is. Where the reference refuses a
 * patch file, or a row of it, what is read must be what the whole file holds (`truth`).
 */
export function differenceOf(
  reader: string,
  ours: NonNullable<Reading>,
  theirs: Reference,
  truth: NonNullable<Reading>,
): string | undefined {
  if (reader === 'hdf5') return patchDifference(ours, 'refused' in theirs ? {} : theirs, truth);
  return 'refused' in theirs ? undefined : scanDifference(ours, theirs, truth);
}

function patchDifference(
  ours: NonNullable<Reading>,
  theirs: Reference,
  truth: Reference,
): string | undefined {
  if (JSON.stringify(ours.classes) !== JSON.stringify(theirs.classes ?? truth.classes)) return 'classes';
  const texts = theirs.uids as string[] | null | undefined;
  if (texts ? JSON.stringify(ours.uids) !== JSON.stringify(texts) : !areTexts(ours.uids, truth.uids))
    return 'uids';
  const [rows, whole] = [ours.rows, truth.rows] as string[][];
  const expected = (theirs.rows ?? whole) as (string | null)[];
  if (rows!.length !== expected.length) return `${rows!.length} rows for ${expected.length}`;
  const row = rows!.findIndex((hash, at) => hash !== (expected[at] ?? whole![at]));
  return row < 0 ? undefined : `row ${row}`;
}

/** Other letters in a text are damage that nobody can see: texts have no checksum. Other texts are not. */
function areTexts(ours: unknown, truth: unknown): boolean {
  const [found, whole] = [ours, truth] as string[][];
  return (
    found!.length === whole!.length &&
    found!.every((text, at) => text.length === whole![at]!.length && lettersApart(text, whole![at]!) <= 3)
  );
}

function lettersApart(a: string, b: string): number {
  return [...a].filter((letter, at) => letter !== b[at]).length;
}

/** ITK reads on where packed voxels are damaged: voxels that are those of the whole file are right all the same. */
function scanDifference(ours: NonNullable<Reading>, theirs: Reference, truth: Reference): string | undefined {
  const parts = ['size', 'spacingMm', 'originMm', 'direction', 'sum'];
  const other = parts.find(
    (part) => !near(ours[part], theirs[part]) && !(part === 'sum' && near(ours.sum, truth.sum)),
  );
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
