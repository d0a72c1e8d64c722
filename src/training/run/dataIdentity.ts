import { createHash, type Hash } from 'node:crypto';
import { InputError } from '../../errors.js';
import type { PatchRows } from '../../feed/rowLabels.js';
import type { Split } from '../../feed/split.js';
import { given } from '../../given.js';
import type { JsonPlace } from '../../jsonPlace.js';
import type { PatchFile } from '../../store/patchFile.js';
import type { PatchFormat } from '../../store/patchFileContract.js';

/**
 * What a run was trained on, by content: a copy, a link or a repacked file is the same, another crop is not. Plain JSON.
 * All columns count, and the voxels of some rows over the whole file; a full hash would read all of it (10 GB and more).
 */
export interface DataIdentity {
  readonly rows: number;
  readonly positives: number;
  readonly series: number;
  /** `32x32x32, 1x1x1 mm, linear`. */
  readonly patches: string;
  /** SHA-256 of class, notrain, subset, centre and series uid of all rows. */
  readonly labels: string;
  /** SHA-256 of the HU of SAMPLED_ROWS rows. */
  readonly voxels: string;
}

/** The parts of a run's scans, by series uid; in RUN/split.json, with the hash of the columns that they came from. */
export interface SeriesSplit {
  readonly labels: string;
  readonly training: readonly string[];
  readonly validation: readonly string[];
  readonly heldOut: readonly string[];
  /** Series that its first weights had seen (train --from); undefined for drawn ones. */
  readonly earlier?: readonly string[];
}

const SAMPLED_ROWS = 32;

/** Of a file and its columns, as scanLabels() has read them; reads the sampled rows. Throws InputError. */
export async function dataIdentity(
  patches: PatchFile,
  { classes, notrain, subsets, centersWorldMm, seriesUids }: PatchRows,
): Promise<DataIdentity> {
  const { rows, format } = patches;
  const labels = createHash('sha256');
  for (const column of [classes, notrain, subsets, centersWorldMm]) update(labels, column);
  labels.update(JSON.stringify(seriesUids));
  const { dim, slices, spacingMm, interpolation } = format;
  return {
    rows,
    positives: classes.reduce((sum, value) => sum + (value === 1 ? 1 : 0), 0),
    series: new Set(seriesUids).size,
    patches: `${dim}x${dim}x${slices}, ${spacingMm.join('x')} mm, ${interpolation}`,
    labels: labels.digest('hex'),
    voxels: await hashOfVoxels(patches),
  };
}

/** The patches that a run has learned from, as its data say. Throws InputError (naming `file`) for what they do not say so. */
export function patchFormatOf({ patches }: DataIdentity, file: string): PatchFormat {
  const said = /^(\d+)x\1x(\d+), ([\d.e+-]+)x([\d.e+-]+)x([\d.e+-]+) mm, (linear|cubic)$/.exec(patches);
  if (said === null)
    throw new InputError(file, `data.patches: expected size, spacing and interpolation, received ${patches}`);
  const [dim, slices, x, y, z] = said.slice(1, 6).map(Number) as [number, number, number, number, number];
  return { dim, slices, spacingMm: [x, y, z], interpolation: said[6] as PatchFormat['interpolation'] };
}

/** What is said of data that are not those of a checkpoint; empty for the same. */
export function dataDifferences(now: DataIdentity, before: DataIdentity): string[] {
  const counts = (['rows', 'positives', 'series', 'patches'] as const)
    .filter((key) => now[key] !== before[key])
    .map((key) => `${now[key]} ${key} where there were ${before[key]}`);
  if (counts.length > 0) return counts;
  return [
    ...(now.labels === before.labels ? [] : ['other classes, notrain, subsets, centres or series']),
    ...(now.voxels === before.voxels ? [] : ['other voxels']),
  ];
}

/** Throws InputError. */
export function storedIdentity(place: JsonPlace): DataIdentity {
  return {
    rows: place.at('rows').whole(),
    positives: place.at('positives').whole(),
    series: place.at('series').whole(),
    patches: place.at('patches').text(),
    labels: place.at('labels').text(),
    voxels: place.at('voxels').text(),
  };
}

/** The series of the rows that training draws from, that choose, and that are held out. */
export function seriesSplit(
  { seriesUids }: Pick<PatchRows, 'seriesUids'>,
  split: Split,
  { labels }: Pick<DataIdentity, 'labels'>,
): SeriesSplit {
  const seriesOf = (...parts: readonly Uint32Array[]): string[] =>
    [...new Set(parts.flatMap((rows) => Array.from(rows, (row) => seriesUids[row]!)))].sort();
  return {
    labels,
    training: seriesOf(split.positives, split.negatives),
    validation: seriesOf(split.validation),
    heldOut: seriesOf(split.heldOut),
  };
}

/** Throws InputError. */
export function storedSplit(place: JsonPlace): SeriesSplit {
  const [training, heldOut] = [place.at('training').texts(), place.at('heldOut').texts()];
  // In runs of earlier versions the held-out rows chose the best network.
  const validation = place.at('validation').ifThere?.texts() ?? heldOut;
  return {
    labels: place.at('labels').text(),
    ...{ training, validation, heldOut },
    ...given({ earlier: place.at('earlier').ifThere?.texts() }),
  };
}

async function hashOfVoxels(patches: PatchFile): Promise<string> {
  const count = Math.min(SAMPLED_ROWS, patches.rows);
  const rows = Array.from({ length: count }, (_, i) =>
    Math.round((i * (patches.rows - 1)) / Math.max(1, count - 1)),
  );
  const voxels = new Int16Array(count * patches.voxelsPerRow);
  await patches.readRows(rows, voxels);
  const hash = createHash('sha256');
  update(hash, voxels);
  return hash.digest('hex');
}

function update(hash: Hash, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
  hash.update(new Uint8Array(buffer, byteOffset, byteLength));
}
