import type { Vector3 } from '../volumes/voxels/volume.js';
import { type Components, components, runsOf } from './components.js';

/** A windpipe's cross-section: 40 to 700 mm2 (10 to 27 mm across, some room on both sides). */
const AREA_MM2 = { least: 40, most: 700 };
/** Its middle lies this near to the body's; the tops of the lungs lie farther to the sides. */
const BESIDE_MIDDLE_MM = 25;
const LONGEST_SIDE_MM = 40;
/** It is looked for from the highest air in the body downwards; farther down, other things are small and round. */
const SEARCHED_MM = 80;

/**
 * Clears the windpipe and the large bronchi in `air` (upright; 1 = air inside the body, 2 = air around it): the small round
 * piece in the middle of the highest slices, and then, slice by slice downwards, what lies below it, until it has opened
 * into a lung and is small no more.
 */
export function removeAirways(air: Uint8Array, size: Vector3, spacingMm: Vector3): void {
  const plane = size[0] * size[1];
  const pixelMm2 = spacingMm[0] * spacingMm[1];
  let searchedMm = 0;
  let above: Uint8Array | undefined;
  for (let z = size[2] - 1; z >= 0; z--) {
    const slice = air.subarray(z * plane, (z + 1) * plane);
    const parts = components(runsOf(slice, [size[0], size[1], 1]));
    const chosen =
      above === undefined ? seeds(slice, parts, spacingMm, pixelMm2) : below(parts, above, pixelMm2);
    if (chosen.size > 0) {
      above ??= new Uint8Array(plane);
      above.fill(0);
      for (let run = 0; run < parts.label.length; run++) {
        if (!chosen.has(parts.label[run]!)) continue;
        above.fill(1, parts.first[run]!, parts.end[run]!);
        slice.fill(0, parts.first[run]!, parts.end[run]!);
      }
    } else if (above !== undefined) return;
    else if (parts.label.length > 0) searchedMm += spacingMm[2];
    if (searchedMm > SEARCHED_MM) return;
  }
}

/** The pieces of the first slice in which some look like a windpipe. */
function seeds(slice: Uint8Array, parts: Components, spacingMm: Vector3, pixelMm2: number): Set<number> {
  const middle = bodyMiddle(slice, parts.size[0]);
  const found = new Set<number>();
  for (let label = 1; label < parts.voxels.length; label++) {
    const area = parts.voxels[label]! * pixelMm2;
    if (area < AREA_MM2.least || area > AREA_MM2.most) continue;
    const box = boxOf(parts, label);
    const middleMm = Math.abs((box.x0 + box.x1) / 2 - middle) * spacingMm[0];
    const longestMm = Math.max((box.x1 - box.x0 + 1) * spacingMm[0], (box.y1 - box.y0 + 1) * spacingMm[1]);
    if (middleMm <= BESIDE_MIDDLE_MM && longestMm <= LONGEST_SIDE_MM) found.add(label);
  }
  return found;
}

/** The pieces below those of the slice above that are still small. */
function below(parts: Components, above: Uint8Array, pixelMm2: number): Set<number> {
  const found = new Set<number>();
  for (let run = 0; run < parts.label.length; run++) {
    const label = parts.label[run]!;
    if (found.has(label) || parts.voxels[label]! * pixelMm2 > AREA_MM2.most) continue;
    const touched = above.indexOf(1, parts.first[run]!);
    if (touched >= 0 && touched < parts.end[run]!) found.add(label);
  }
  return found;
}

/** Half way between the body's sides in a slice, in voxels. */
function bodyMiddle(slice: Uint8Array, width: number): number {
  let low = width;
  let high = -1;
  for (let at = 0; at < slice.length; at++) {
    if (slice[at] === 2) continue;
    const x = at % width;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return (low + high) / 2;
}

function boxOf({ size, first, end, label }: Components, wanted: number) {
  const box = { x0: size[0], x1: -1, y0: size[1], y1: -1 };
  for (let run = 0; run < label.length; run++) {
    if (label[run] !== wanted) continue;
    const y = Math.floor(first[run]! / size[0]);
    box.x0 = Math.min(box.x0, first[run]! - y * size[0]);
    box.x1 = Math.max(box.x1, end[run]! - 1 - y * size[0]);
    box.y0 = Math.min(box.y0, y);
    box.y1 = Math.max(box.y1, y);
  }
  return box;
}
