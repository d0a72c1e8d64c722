import type { Vector3 } from '../volumes/voxels/volume.js';
import type { Components } from './components.js';

const LITRE_MM3 = 1e6;
/** Less air than this in the largest piece is no lung (DSB2017 asks for 0.68 l; a scan may show a part). */
const LEAST_LUNG_L = 0.3;
/** A second lung has at least this share of the first: a shrunken one counts, gas in the bowel mostly does not. */
const LEAST_SHARE = 0.1;
/** Mean distance of a lung's slices from the middle of the scan; the air in a table or a blanket lies farther off (DSB2017: 62). */
const FROM_MIDDLE_MM = 80;

/**
 * The one or two lungs among the pieces of air inside the body (upright grid), the larger first; none where there is no lung.
 * A second one reaches into the upper half of the first, unlike gas in stomach and bowel.
 */
export function chooseLungs(pieces: Components, spacingMm: Vector3): readonly number[] {
  const voxelMm3 = spacingMm[0] * spacingMm[1] * spacingMm[2];
  const least = (LEAST_SHARE * LEAST_LUNG_L * LITRE_MM3) / voxelMm3;
  const places = placesOf(pieces, spacingMm, (label) => pieces.voxels[label]! >= least);
  const [first, ...others] = [...places.keys()]
    .filter((label) => places.get(label)!.fromMiddleMm <= FROM_MIDDLE_MM)
    .sort((a, b) => pieces.voxels[b]! - pieces.voxels[a]!);
  if (first === undefined || pieces.voxels[first]! * voxelMm3 < LEAST_LUNG_L * LITRE_MM3) return [];
  const { lowZ, highZ } = places.get(first)!;
  const second = others.find(
    (label) =>
      pieces.voxels[label]! >= LEAST_SHARE * pieces.voxels[first]! &&
      places.get(label)!.highZ > (lowZ + highZ) / 2,
  );
  return second === undefined ? [first] : [first, second];
}

interface Place {
  lowZ: number;
  highZ: number;
  /** Mean over its slices of the distance from the slice's middle to the nearest voxel. */
  fromMiddleMm: number;
}

function placesOf(
  { size, first, end, label }: Components,
  spacingMm: Vector3,
  wanted: (label: number) => boolean,
): Map<number, Place> {
  const nearest = new Map<number, Map<number, number>>();
  for (let run = 0; run < label.length; run++) {
    if (!wanted(label[run]!)) continue;
    const row = Math.floor(first[run]! / size[0]);
    const z = Math.floor(row / size[1]);
    const middle = (size[0] - 1) / 2;
    const x = Math.max(first[run]! - row * size[0] - middle, middle - (end[run]! - 1 - row * size[0]), 0);
    const y = (row % size[1]) - (size[1] - 1) / 2;
    const awayMm = Math.hypot(x * spacingMm[0], y * spacingMm[1]);
    const slices = nearest.get(label[run]!) ?? new Map<number, number>();
    nearest.set(label[run]!, slices.set(z, Math.min(slices.get(z) ?? awayMm, awayMm)));
  }
  return new Map(
    [...nearest].map(([piece, slices]) => [
      piece,
      {
        lowZ: Math.min(...slices.keys()),
        highZ: Math.max(...slices.keys()),
        fromMiddleMm: [...slices.values()].reduce((sum, mm) => sum + mm, 0) / slices.size,
      },
    ]),
  );
}
