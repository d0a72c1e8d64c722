import { basename } from 'node:path';
import { InputError } from '../errors.js';
import type { DicomSlice } from './dicomHeader.js';
import type { Geometry, Vector3 } from './volume.js';

/** A whole series: its slices in the order of their positions, and the grid that they make. */
export interface DicomSeries {
  readonly geometry: Geometry;
  readonly slices: readonly DicomSlice[];
}

/** Between slices that lie at one place. */
const SAME_PLACE_MM = 0.01;
/** Gaps may differ from the median one by the larger of these: some scanners round positions to 0.1 mm. */
const GAP_TOLERANCE_MM = 0.11;
const GAP_TOLERANCE = 0.01;
/** How far a slice may lie from its place on the even grid: rounding does not add up, another spacing does. */
const PLACE_TOLERANCE_MM = 0.06;
/** How far a slice may lie beside the normal through the first; a tilted gantry moves it by millimetres. */
const SIDEWAYS_TOLERANCE_MM = 0.05;

interface Placed {
  readonly slice: DicomSlice;
  /** Of the slice along the normal. */
  readonly atMm: number;
}

/**
 * Puts slices in order along their common normal and checks that they make one regular grid. The spacing z is the mean gap.
 * Throws InputError naming `folder`, the two slices between which it is wrong, and the values.
 */
export function arrangeDicomSeries(slices: readonly DicomSlice[], folder: string): DicomSeries {
  const first = slices[0];
  if (first === undefined || slices.length === 1)
    throw new InputError(
      folder,
      `expected the slices of a DICOM series, found ${first === undefined ? 'none' : 'one alone, which has no spacing along z'}; copy the whole series`,
    );
  for (const slice of slices) requireAlike(first, slice, folder);
  const normal = unit(cross(first.rowDirection, first.columnDirection));
  const placed = slices
    .map((slice): Placed => ({ slice, atMm: dot(normal, slice.positionMm) }))
    .sort((a, b) => a.atMm - b.atMm);
  requireDifferentPlaces(placed, folder);
  requireUpright(placed, normal, folder);
  requireEvenGaps(placed, folder);
  requirePlaces(placed, folder);
  const [x, y] = [first.rowDirection, first.columnDirection];
  return {
    geometry: {
      size: [first.columns, first.rows, slices.length],
      spacingMm: [...first.spacingMm, (placed.at(-1)!.atMm - placed[0]!.atMm) / (slices.length - 1)],
      originMm: placed[0]!.slice.positionMm,
      direction: [x[0], y[0], normal[0], x[1], y[1], normal[1], x[2], y[2], normal[2]],
    },
    slices: placed.map(({ slice }) => slice),
  };
}

function requireAlike(first: DicomSlice, slice: DicomSlice, folder: string): void {
  const differing = (what: string, of: (slice: DicomSlice) => string): InputError =>
    new InputError(
      folder,
      `expected slices of one ${what}, received ${of(first)} (${basename(first.file)}) and ${of(slice)} (${basename(slice.file)}); give each series a folder of its own`,
    );
  if (slice.seriesUid !== first.seriesUid)
    throw differing('series (SeriesInstanceUID)', ({ seriesUid }) => seriesUid);
  if (slice.columns !== first.columns || slice.rows !== first.rows)
    throw differing('size', ({ columns, rows }) => `${columns} x ${rows} voxels`);
  if (slice.spacingMm.some((mm, i) => Math.abs(mm - first.spacingMm[i]!) > 1e-6))
    throw differing('spacing (PixelSpacing)', ({ spacingMm }) => `${spacingMm.join(' x ')} mm`);
  const axes = ({ rowDirection, columnDirection }: DicomSlice) => [...rowDirection, ...columnDirection];
  const wanted = axes(first);
  if (axes(slice).some((value, i) => Math.abs(value - wanted[i]!) > 1e-5))
    throw differing('orientation (ImageOrientationPatient)', (one) => axes(one).join(', '));
}

function requireDifferentPlaces(placed: readonly Placed[], folder: string): void {
  for (const [before, after] of neighbours(placed))
    if (after.atMm - before.atMm < SAME_PLACE_MM)
      throw new InputError(
        folder,
        `expected one slice at each position, found two at ${millimetres(after.atMm)} along the normal: ${namesOf(before, after)}; remove one, or give each series a folder of its own`,
      );
}

function requireUpright(placed: readonly Placed[], normal: Vector3, folder: string): void {
  const start = placed[0]!;
  for (const one of placed) {
    const alongMm = one.atMm - start.atMm;
    const sidewaysMm = Math.hypot(
      ...one.slice.positionMm.map((mm, i) => mm - start.slice.positionMm[i]! - alongMm * normal[i]!),
    );
    if (sidewaysMm > SIDEWAYS_TOLERANCE_MM)
      throw new InputError(
        folder,
        `expected slices one behind the other along their normal, received a shift sideways of ${millimetres(sidewaysMm)} within ${millimetres(alongMm)} (${namesOf(start, one)}): the gantry was tilted by ${((Math.atan2(sidewaysMm, alongMm) * 180) / Math.PI).toFixed(1)} degrees, or slices are of different series; resample the series to a straight grid`,
      );
  }
}

function requireEvenGaps(placed: readonly Placed[], folder: string): void {
  const pairs = neighbours(placed);
  const gaps = pairs.map(([before, after]) => after.atMm - before.atMm).sort((a, b) => a - b);
  const median = gaps[Math.floor((gaps.length - 1) / 2)]!;
  const tolerance = Math.max(GAP_TOLERANCE_MM, GAP_TOLERANCE * median);
  for (const [before, after] of pairs) {
    const gap = after.atMm - before.atMm;
    if (Math.abs(gap - median) <= tolerance) continue;
    const missing = Math.round(gap / median) - 1;
    throw new InputError(
      folder,
      `expected slices ${millimetres(median)} apart, received ${millimetres(gap)} between the positions ${millimetres(before.atMm)} and ${millimetres(after.atMm)} along the normal (${namesOf(before, after)})${missing > 0 ? `: ${missing} ${missing === 1 ? 'slice is' : 'slices are'} missing` : ''}; copy the whole series, or resample it to even gaps`,
    );
  }
}

function requirePlaces(placed: readonly Placed[], folder: string): void {
  const start = placed[0]!.atMm;
  const gap = (placed.at(-1)!.atMm - start) / (placed.length - 1);
  const tolerance = Math.max(PLACE_TOLERANCE_MM, GAP_TOLERANCE * gap);
  for (const [index, { slice, atMm }] of placed.entries()) {
    const expected = start + index * gap;
    if (Math.abs(atMm - expected) > tolerance)
      throw new InputError(
        folder,
        `expected slices ${millimetres(gap)} apart, received one at ${millimetres(atMm)} along the normal that should lie at ${millimetres(expected)} (${basename(slice.file)}): the spacing changes within the series; resample it to even gaps`,
      );
  }
}

function neighbours(placed: readonly Placed[]): [Placed, Placed][] {
  return placed.slice(1).map((after, i) => [placed[i]!, after]);
}

function namesOf(a: Placed, b: Placed): string {
  return `${basename(a.slice.file)} and ${basename(b.slice.file)}`;
}

function millimetres(mm: number): string {
  return `${Number(mm.toFixed(4))} mm`;
}

function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function unit(a: Vector3): Vector3 {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
}
