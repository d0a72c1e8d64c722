import { InputError } from '../../errors.js';
import { millimetres, nameOf } from './dicomNames.js';
import { medianGapMm, neighbours, type PlacedSlice } from './dicomPlaces.js';

/** Gaps may differ from the median one by the larger of these: some scanners round positions to 0.1 mm. */
const GAP_TOLERANCE_MM = 0.11;
const GAP_TOLERANCE = 0.01;
/**
 * How far a slice may lie from its place on the even grid: rounding (of the slice and of the two at the ends, which make the
 * grid) does not add up, another spacing does.
 */
const PLACE_TOLERANCE_MM = 0.105;
/** How far a slice may lie beside the normal through the first; a tilted gantry moves it by millimetres. */
export const SIDEWAYS_TOLERANCE_MM = 0.1;
const RESAMPLE = 'resample the slices to a straight, even grid with --resample-slices';

/** The slice that lies beside the normal through the first, where there is one. */
export function tiltFault(placed: readonly PlacedSlice[], folder: string): InputError | undefined {
  const start = placed[0]!;
  const one = placed.find(({ besideMm }) => Math.hypot(...besideMm) > SIDEWAYS_TOLERANCE_MM);
  if (one === undefined) return undefined;
  const sidewaysMm = Math.hypot(...one.besideMm);
  const alongMm = one.atMm - start.atMm;
  return new InputError(
    folder,
    `expected slices one behind the other along their normal, received a shift sideways of ${millimetres(sidewaysMm)} within ${millimetres(alongMm)} (${namesOf(start, one, folder)}): the gantry was tilted by ${degrees(sidewaysMm, alongMm).toFixed(1)} degrees, or slices are of different series; ${RESAMPLE}`,
  );
}

/** The gap that differs from the others, where there is one. */
export function gapFault(placed: readonly PlacedSlice[], folder: string): InputError | undefined {
  const median = medianGapMm(placed);
  const tolerance = Math.max(GAP_TOLERANCE_MM, GAP_TOLERANCE * median);
  const pair = neighbours(placed).find(
    ([before, after]) => Math.abs(after.atMm - before.atMm - median) > tolerance,
  );
  if (pair === undefined) return undefined;
  const [before, after] = pair;
  const gap = after.atMm - before.atMm;
  const missing = Math.round(gap / median) - 1;
  return new InputError(
    folder,
    `expected slices ${millimetres(median)} apart, received ${millimetres(gap)} between the positions ${millimetres(before.atMm)} and ${millimetres(after.atMm)} along the normal (${namesOf(before, after, folder)})${missing > 0 ? `: ${missing} ${missing === 1 ? 'slice is' : 'slices are'} missing` : ''}; copy the whole series, or ${RESAMPLE}`,
  );
}

/** The slice that lies away from its place on an even grid, where there is one. */
export function placeFault(placed: readonly PlacedSlice[], folder: string): InputError | undefined {
  const start = placed[0]!.atMm;
  const gap = (placed.at(-1)!.atMm - start) / (placed.length - 1);
  const tolerance = Math.max(PLACE_TOLERANCE_MM, GAP_TOLERANCE * gap);
  const index = placed.findIndex(({ atMm }, i) => Math.abs(atMm - (start + i * gap)) > tolerance);
  if (index < 0) return undefined;
  const { slice, atMm } = placed[index]!;
  return new InputError(
    folder,
    `expected slices ${millimetres(gap)} apart, received one at ${millimetres(atMm)} along the normal that should lie at ${millimetres(start + index * gap)} (${nameOf(slice, folder)}): the spacing changes within the series; ${RESAMPLE}`,
  );
}

/** Of a shift sideways within a length along the normal. */
export function degrees(sidewaysMm: number, alongMm: number): number {
  return (Math.atan2(sidewaysMm, alongMm) * 180) / Math.PI;
}

function namesOf(a: PlacedSlice, b: PlacedSlice, folder: string): string {
  return `${nameOf(a.slice, folder)} and ${nameOf(b.slice, folder)}`;
}
