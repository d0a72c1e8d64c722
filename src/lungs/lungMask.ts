import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { removeAirways } from './airways.js';
import { chooseLungs } from './chooseLungs.js';
import { type Components, components, paintComponents, runsOf } from './components.js';
import { dilate } from './dilate.js';
import { separateLungs } from './separateLungs.js';
import { closeSlices } from './sliceHull.js';
import { fromUpright, uprightBelow, uprightGrid } from './uprightGrid.js';

/** Half way between lung (-850 HU) and soft tissue (40 HU): there a blurred edge lies where the sharp one was. */
const LUNG_THRESHOLD_HU = -400;

/**
 * How far the mask reaches beyond the lungs: DSB2017's ten steps of 1 mm.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const narrower = lungMask(await readVolume(scan), { marginMm: LUNG_MARGIN_MM / 2 });
 */
export const LUNG_MARGIN_MM = 10;

/** How wide the mask is. */
export interface LungMaskOptions {
  /** How far the mask reaches beyond the closed lungs, in mm. Default LUNG_MARGIN_MM; 0 = the closed lungs alone. */
  readonly marginMm?: number;
}

/**
 * The lungs of a chest CT (HU) with what lies in them (vessels, nodules, also those at the wall) and a margin: 1 = lung, in
 * the order of the scan's voxels. All 0 where no lung is found. Any spacing and direction; about 4 bytes a voxel of memory beside the scan.
 * Throws RangeError for a margin below 0 mm.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const volume = await readVolume(scan);
 * const voxels = lungMask(volume, { marginMm: 0 }).reduce((sum, voxel) => sum + voxel, 0);
 * console.log(`${((voxels * volume.spacingMm.reduce((a, b) => a * b)) / 1e6).toFixed(1)} litres`);
 */
export function lungMask(volume: Volume, options: LungMaskOptions = {}): Uint8Array {
  const marginMm = options.marginMm ?? LUNG_MARGIN_MM;
  if (!(marginMm >= 0 && Number.isFinite(marginMm)))
    throw new RangeError(`Expected a margin of 0 mm or more, received ${marginMm}`);
  const grid = uprightGrid(volume);
  const { size, spacingMm } = grid;
  const lungs = uprightBelow(volume, grid, LUNG_THRESHOLD_HU);
  markAirAround(lungs, size);
  removeAirways(lungs, size, spacingMm);
  const count = keepLungs(lungs, size, spacingMm);
  if (count === 0) return new Uint8Array(volume.data.length);
  if (count === 1) separateLungs(lungs, size, spacingMm);
  const closed = new Uint8Array(lungs.length);
  for (const lung of [1, 2]) closeSlices(lungs, lung, size, closed);
  return fromUpright(marginMm === 0 ? closed : dilate(closed, size, spacingMm, marginMm), grid);
}

/** Writes 2 over air that touches a side of the scan: around the patient, and the padding outside the scanner's circle. */
function markAirAround(air: Uint8Array, size: Vector3): void {
  const pieces = components(runsOf(air, size));
  const around = labelsAtSides(pieces);
  paintComponents(air, pieces, (label) => (around[label] === 1 ? 2 : undefined));
}

/** The first and last slice do not count: a scan may end within the lungs. */
function labelsAtSides({ size, first, end, rowStart, label, voxels }: Components): Uint8Array {
  const [width, height] = size;
  const touching = new Uint8Array(voxels.length);
  for (let row = 0; row + 1 < rowStart.length; row++) {
    const y = row % height;
    const edgeRow = y === 0 || y === height - 1;
    for (let run = rowStart[row]!; run < rowStart[row + 1]!; run++)
      if (edgeRow || first[run] === row * width || end[run] === (row + 1) * width) touching[label[run]!] = 1;
  }
  return touching;
}

/** Leaves the lungs alone in `air`, as 1 and 2, and says how many there are. */
function keepLungs(air: Uint8Array, size: Vector3, spacingMm: Vector3): number {
  const pieces = components(runsOf(air, size));
  const chosen = chooseLungs(pieces, spacingMm);
  air.fill(0);
  paintComponents(air, pieces, (label) => {
    const index = chosen.indexOf(label);
    return index < 0 ? undefined : index + 1;
  });
  return chosen.length;
}
