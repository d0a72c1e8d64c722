import { htmlPage } from '../figures/drawing/pagePolicy.js';
import { patchMontage } from '../figures/slices/patchMontage.js';
import type { PatchFile } from '../store/patchFile.js';
import { livingHtml } from './frontEnd.js';
import { pictureUri, stillImage } from './picturedWidget.js';
import { savedVolume } from './savedVolume.js';
import { volumeOfPatch } from './viewedPatch.js';
import { viewerScan } from './viewerScan.js';
import type { GalleryPatch, GalleryState } from './viewerState.js';

/** Which patches are shown, and what is known of them. */
export interface PatchGalleryOptions {
  readonly title?: string;
  /** Rows of the file; default: some of each class, with probabilities those that are furthest from the truth. */
  readonly rows?: readonly number[];
  /** How many, at most; default 48. */
  readonly most?: number;
  /** Row -> probability of class 1: patches are sorted by it, and false positives and negatives can be chosen. */
  readonly probabilities?: ReadonlyMap<number, number>;
  /** Row -> diameter of its nodule in mm: patches can be chosen and sorted by it. */
  readonly diametersMm?: ReadonlyMap<number, number>;
}

/** Patches to be sorted, filtered and opened, for a notebook's output or a page of its own. */
export interface PatchGallery {
  readonly title: string;
  /** Those that are shown. */
  readonly rows: readonly number[];
  /** The rows that were left out, since a page would be too large. */
  readonly leftOut: readonly number[];
  /** A page that is complete in itself. */
  page(): string;
}

/** Of the packed voxels: with base64 and its own script a page stays below 3 MB. */
const MOST_BYTES = 2.7e6;
const MOST_PATCHES = 48;
const PAGE_STYLE =
  'body{margin:16px;background:#fff}@media (prefers-color-scheme:dark){body{background:#111}}img{max-width:100%}';

/**
 * Patches of a file side by side: filter them by class, subset and outcome, sort them, click one for its three planes and all of
 * its slices. It needs no kernel: saved notebooks and pages keep it. Throws RangeError for rows that the file does not have.
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * const gallery = await patchGallery(patches, { most: 12, title: 'some of each class' });
 * patches.close();
 * display(gallery);
 */
export async function patchGallery(
  patches: PatchFile,
  {
    title = 'patches',
    rows,
    most = MOST_PATCHES,
    probabilities = new Map(),
    diametersMm = new Map(),
  }: PatchGalleryOptions = {},
): Promise<PatchGallery> {
  const [labels, places] = [patches.labels(), patches.places()];
  const wanted = rows ?? chosenRows(labels.classes, probabilities, most);
  const wrong = wanted.find((row) => !(Number.isInteger(row) && row >= 0 && row < patches.rows));
  if (wrong !== undefined)
    throw new RangeError(`Expected rows from 0 to ${patches.rows - 1}, received ${wrong}`);
  const dataHu = new Int16Array(patches.voxelsPerRow);
  const kept: GalleryPatch[] = [];
  const stills: { dataHu: Int16Array; class: number; caption: string }[] = [];
  let bytes = 0;
  for (const row of wanted.slice(0, most)) {
    await patches.readRows([row], dataHu);
    // Of any size as they are: all patches share one grid.
    const { hu } = savedVolume(volumeOfPatch({ dataHu, format: patches.format }), undefined, Infinity);
    if (kept.length > 0 && bytes + hu.length > MOST_BYTES) break;
    bytes += hu.length;
    const probability = probabilities.get(row);
    const diameterMm = diametersMm.get(row);
    kept.push({
      ...{ row, class: labels.classes[row]!, subset: labels.subsets[row]!, hu },
      seriesUid: places.seriesUids[row]!,
      ...(probability !== undefined && { probability }),
      ...(diameterMm !== undefined && { diameterMm }),
    });
    const caption = probability === undefined ? `row ${row}` : `${row}: ${probability.toFixed(2)}`;
    stills.push({ dataHu: dataHu.slice(), class: labels.classes[row]!, caption });
  }
  const scan = viewerScan(volumeOfPatch({ dataHu, format: patches.format }), { title }, false);
  const state: GalleryState = { title, rows: patches.rows, scan, patches: kept };
  const still = patchMontage(title, stills, patches.format);
  const html = (): string => livingHtml(stillImage(title, pictureUri(still)), 'patchGallery', { state });
  const gallery: PatchGallery = {
    title,
    rows: kept.map(({ row }) => row),
    leftOut: wanted.slice(kept.length),
    page: () => htmlPage({ title, style: PAGE_STYLE, scripts: true, body: html() }),
  };
  return Object.defineProperty(gallery, Symbol.for('Jupyter.display'), {
    value: () => ({ 'text/html': html(), 'text/plain': `${title}: ${kept.length} patches` }),
  });
}

/** Half of them nodules, as far as there are: those furthest from the truth, or evenly over the file. */
export function chosenRows(
  classes: ArrayLike<number>,
  probabilities: ReadonlyMap<number, number>,
  most: number,
): number[] {
  const known = Array.from({ length: classes.length }, (_, row) => row).filter(
    (row) => probabilities.size === 0 || probabilities.has(row),
  );
  const error = (row: number): number => Math.abs(classes[row]! - (probabilities.get(row) ?? 0));
  const ofClass = [1, 0].map((label) => {
    const rows = known.filter((row) => (classes[row] === 1 ? 1 : 0) === label);
    return probabilities.size === 0 ? rows : rows.sort((a, b) => error(b) - error(a));
  }) as [number[], number[]];
  const half = Math.ceil(most / 2);
  const counts = ofClass.map((rows, at) =>
    Math.min(rows.length, Math.max(half, most - ofClass[1 - at]!.length)),
  );
  const taken = ofClass.map((rows, at) => {
    const count = Math.min(counts[at]!, most - (at === 1 ? counts[0]! : 0));
    // Sorted ones from the first on; else evenly over the file.
    const step = probabilities.size === 0 ? rows.length / count : 1;
    return Array.from({ length: count }, (_, i) => rows[Math.floor(i * step)]!);
  }) as [number[], number[]];
  // One of each in turn: what does not fit is then missing of both.
  const longest = Math.max(taken[0].length, taken[1].length);
  return Array.from({ length: longest }, (_, i) => [taken[0][i], taken[1][i]])
    .flat()
    .filter((row) => row !== undefined);
}
