import { InputError } from '../../errors.js';
import { given } from '../../given.js';
import { requirePlausibleSpacing } from '../voxels/plausibleSpacing.js';
import type { Geometry } from '../voxels/volume.js';
import { gapFault, placeFault, tiltFault } from './dicomEvenness.js';
import { type SliceGrid, sliceGrid } from './dicomGrid.js';
import type { DicomSlice } from './dicomHeader.js';
import { millimetres, nameOf } from './dicomNames.js';
import { cornerMm, neighbours, type PlacedSlice, placedAlong } from './dicomPlaces.js';

/** A whole series: its slices in the order of their positions, and the grid that they make. */
export interface DicomSeries {
  readonly geometry: Geometry;
  readonly slices: readonly DicomSlice[];
  /** Where the slices make no even grid and are to be resampled to one, which is `geometry`. */
  readonly grid?: SliceGrid;
}

/** Between slices that lie at one place. */
const SAME_PLACE_MM = 0.01;
/** How far apart rounded spacings and orientations may put one voxel of two slices, at the image's far corner. */
const CORNER_TOLERANCE_MM = 0.1;
/** Of one AcquisitionNumber. */
const FEWEST_OF_A_SCAN = 3;
/** Resampling fills gaps; more than this would be mostly gaps. */
const MOST_GROWTH = 4;

/**
 * Puts slices in order along their common normal and checks that they make one regular grid, whose spacing z is the mean gap;
 * with `resample`, slices that make none get a grid to be resampled to.
 * Throws InputError naming `folder`, the two slices between which it is wrong, the values and what to do.
 */
export function arrangeDicomSeries(
  slices: readonly DicomSlice[],
  folder: string,
  { resample = false }: { readonly resample?: boolean } = {},
): DicomSeries {
  if (slices.length < 2)
    throw new InputError(
      folder,
      `expected the slices of a DICOM series, found ${slices.length === 0 ? 'none' : 'one alone, which has no spacing along z'}; copy the whole series`,
    );
  const placed = placedAlong(slices);
  const first = placed[0]!.slice;
  for (const { slice } of placed) requireAlike(first, slice, folder);
  requireDifferentPlaces(placed, folder);
  requireOneAcquisition(placed, folder);
  const fault = tiltFault(placed, folder) ?? gapFault(placed, folder) ?? placeFault(placed, folder);
  if (fault !== undefined && !resample) throw fault;
  const grid = fault === undefined ? undefined : sliceGrid(placed);
  const geometry = grid?.geometry ?? evenGeometry(placed);
  if (fault !== undefined) requireWorth(geometry, placed, fault);
  requirePlausibleSpacing(
    geometry.spacingMm,
    folder,
    'PixelSpacing (0028,0030) and the gap between slices by ImagePositionPatient (0020,0032)',
  );
  return {
    geometry,
    slices: placed.map(({ slice }) => slice),
    ...given({ grid }),
  };
}

function evenGeometry(placed: readonly PlacedSlice[]): Geometry {
  const { slice, direction, atMm } = placed[0]!;
  const { columns, rows } = slice.pixels;
  return {
    size: [columns, rows, placed.length],
    spacingMm: [...slice.spacingMm, (placed.at(-1)!.atMm - atMm) / (placed.length - 1)],
    originMm: slice.positionMm,
    direction,
  };
}

/** Slices far from all others would make a grid that is nearly empty. */
function requireWorth({ size }: Geometry, placed: readonly PlacedSlice[], fault: InputError): void {
  const { columns, rows } = placed[0]!.slice.pixels;
  const times = (size[0] * size[1] * size[2]) / (columns * rows * placed.length);
  if (times > MOST_GROWTH)
    throw new InputError(
      fault.file,
      `expected slices that resampling makes at most ${MOST_GROWTH} times as many voxels of, received some so far apart that it makes ${Math.round(times)} times as many (${fault.reason.split(';')[0]}); keep the slices of one volume`,
    );
}

function requireAlike(first: DicomSlice, slice: DicomSlice, folder: string): void {
  const differing = (what: string, of: (slice: DicomSlice) => string, remedy: string): InputError =>
    new InputError(
      folder,
      `expected slices of one ${what}, received ${of(first)} (${nameOf(first, folder)}) and ${of(slice)} (${nameOf(slice, folder)}); ${remedy}`,
    );
  const OTHERS = 'the series holds images of another kind: keep the slices of one kind';
  if (slice.seriesUid !== first.seriesUid)
    throw differing(
      'series (SeriesInstanceUID)',
      ({ seriesUid }) => seriesUid,
      'give each series a folder of its own',
    );
  const { columns, rows } = first.pixels;
  if (slice.pixels.columns !== columns || slice.pixels.rows !== rows)
    throw differing('size', ({ pixels }) => `${pixels.columns} x ${pixels.rows} voxels`, OTHERS);
  if (slice.hasIntercept !== first.hasIntercept)
    throw differing(
      'scale (RescaleIntercept)',
      ({ hasIntercept }) => (hasIntercept ? 'one with an intercept' : 'one without'),
      'its values would be off by the intercept: copy the series again',
    );
  const remedy = (mm: number): string =>
    `they put the voxel at the far corner ${millimetres(mm)} apart, more than ${CORNER_TOLERANCE_MM} mm: ${mm < 5 ? 'write one value to all slices, for example with dcmodify, if it is only rounded differently, or ' : ''}keep the slices of one`;
  const { spacing, orientation } = cornerMm(first, slice);
  if (spacing > CORNER_TOLERANCE_MM)
    throw differing(
      'spacing (PixelSpacing)',
      ({ spacingMm }) => `${spacingMm.join(' x ')} mm`,
      remedy(spacing),
    );
  if (orientation > CORNER_TOLERANCE_MM)
    throw differing(
      'orientation (ImageOrientationPatient)',
      ({ rowDirection, columnDirection }) => [...rowDirection, ...columnDirection].join(', '),
      remedy(orientation),
    );
}

function requireDifferentPlaces(placed: readonly PlacedSlice[], folder: string): void {
  const places = byPlace(placed);
  if (places.length === placed.length) return;
  const count = places[0]!.length;
  if (places.every((place) => place.length === count))
    throw new InputError(
      folder,
      `expected one volume, received ${count} images at each of ${places.length} positions: ${timesOf(places, count)}`,
    );
  const [a, b] = places.find((place) => place.length > 1)!;
  throw new InputError(
    folder,
    `expected one slice at each position, found two at ${millimetres(b!.atMm)} along the normal: ${nameOf(a!.slice, folder)} and ${nameOf(b!.slice, folder)}; remove one, or keep the slices of one volume`,
  );
}

/**
 * Two scans of one chest, one a part of a gap behind the other, make an even stack of slices of two breaths. A scanner that numbers
 * each turn of its gantry gives each number to a few slices in a row.
 */
function requireOneAcquisition(placed: readonly PlacedSlice[], folder: string): void {
  const counts = new Map<number | undefined, number>();
  for (const { slice } of placed) counts.set(slice.acquisition, (counts.get(slice.acquisition) ?? 0) + 1);
  if (counts.size < 2 || Math.min(...counts.values()) < FEWEST_OF_A_SCAN) return;
  const changes = neighbours(placed).filter(([a, b]) => a.slice.acquisition !== b.slice.acquisition);
  if (changes.length * 2 <= placed.length) return;
  const [before, after] = changes[0]!;
  const found = [...counts].map(([number, count]) => `${number ?? 'none'} (${count} slices)`).join(', ');
  throw new InputError(
    folder,
    `expected slices of one scan, received such of ${counts.size}, one between the other (AcquisitionNumber 0020,0012: ${found}; ${nameOf(before.slice, folder)} and ${nameOf(after.slice, folder)}); keep the slices of one`,
  );
}

function byPlace(placed: readonly PlacedSlice[]): PlacedSlice[][] {
  const places: PlacedSlice[][] = [];
  for (const one of placed) {
    const last = places.at(-1);
    if (last !== undefined && one.atMm - last.at(-1)!.atMm < SAME_PLACE_MM) last.push(one);
    else places.push([one]);
  }
  return places;
}

/** What tells the images at each position from each other. */
function timesOf(places: readonly (readonly PlacedSlice[])[], count: number): string {
  const tells = (of: (slice: DicomSlice) => number | undefined): boolean =>
    places.every((place) => new Set(place.map(({ slice }) => of(slice) ?? Number.NaN)).size === count);
  const name = tells(({ temporalPosition }) => temporalPosition)
    ? 'TemporalPositionIdentifier 0020,0100 or TemporalPositionIndex 0020,9128'
    : tells(({ acquisition }) => acquisition)
      ? 'AcquisitionNumber 0020,0012'
      : undefined;
  return name === undefined
    ? 'a 4D series whose times no number tells apart, or copies of one series; keep one image of each position in the folder'
    : `a 4D series (${name} differs); keep the slices of one time in the folder`;
}
