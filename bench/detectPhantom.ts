import { createRandom, type Random } from '../src/random.js';
import type { Geometry, Vector3, Volume } from '../src/volumes/voxels/volume.js';

/** A chest CT as scanners give it: 157 MB of int16. */
export const PHANTOM: Geometry = {
  size: [512, 512, 300],
  spacingMm: [0.7, 0.7, 1],
  originMm: [-178.85, -178.85, -149.5],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
export const PHANTOM_BYTES = 2 * PHANTOM.size[0] * PHANTOM.size[1] * PHANTOM.size[2];

const [AIR_HU, BODY_HU, LUNG_HU] = [-1000, 40, -850];
/** Half axes around the middle; together the lungs hold 5.6 l. */
const BODY_MM: Vector3 = [168, 125, 1000];
const LUNG_MM: Vector3 = [60, 85, 131];
const LUNG_MIDDLE_MM = 78;
const [NODULES, VESSELS, NOISE_HU] = [40, 400, 25];

/** Something put into the lungs: a ball, or with a `to` a tube. World mm. */
interface Thing {
  readonly from: Vector3;
  readonly to: Vector3;
  readonly radiusMm: number;
  readonly hu: number;
}

/** A chest of ellipsoids with vessels, nodules of 3 to 30 mm and noise; the same for the same seed. */
export function detectPhantom(seed = 1): { readonly volume: Volume; readonly nodules: readonly Thing[] } {
  const random = createRandom(`detect ${seed}`);
  const data = chest();
  const nodules = Array.from({ length: NODULES }, () => noduleOf(random));
  for (const vessel of Array.from({ length: VESSELS }, () => vesselOf(random))) paint(data, vessel);
  for (const nodule of nodules) paint(data, nodule);
  const noise = Int16Array.from({ length: 1_048_573 }, () => Math.round(NOISE_HU * random.normal()));
  for (let i = 0, at = 0; i < data.length; i++) {
    data[i]! += noise[at]!;
    at = at + 1 === noise.length ? 0 : at + 1;
  }
  return { volume: { ...PHANTOM, data }, nodules };
}

/** Body and lungs without what is in them. */
function chest(): Int16Array {
  const [width, height, depth] = PHANTOM.size;
  const data = new Int16Array(width * height * depth).fill(AIR_HU);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const row = (z * height + y) * width;
      const fill = (middleMm: number, halfMm: Vector3, hu: number): void => {
        const rest = 1 - (worldOf(1, y) / halfMm[1]) ** 2 - (worldOf(2, z) / halfMm[2]) ** 2;
        if (rest <= 0) return;
        const reach = halfMm[0] * Math.sqrt(rest);
        data.fill(hu, row + voxelOf(0, middleMm - reach), row + voxelOf(0, middleMm + reach));
      };
      fill(0, BODY_MM, BODY_HU);
      for (const side of [-1, 1]) fill(side * LUNG_MIDDLE_MM, LUNG_MM, LUNG_HU);
    }
  return data;
}

function noduleOf(random: Random): Thing {
  const from = placeOf(random, 0.85);
  const radiusMm = 1.5 * 10 ** random.uniform();
  return { from, to: from, radiusMm, hu: random.uniform() < 0.3 ? -550 : 30 };
}

function vesselOf(random: Random): Thing {
  const from = placeOf(random, 0.9);
  const to = from.map((mm) => mm + random.between(-40, 40)) as unknown as Vector3;
  return { from, to, radiusMm: random.between(0.7, 3), hu: BODY_HU };
}

/** In one of the lungs, at most the share of the way from its middle to its wall. */
function placeOf(random: Random, share: number): Vector3 {
  for (;;) {
    const unit = [0, 1, 2].map(() => random.between(-1, 1));
    if (Math.hypot(...unit) > 1) continue;
    const [x, y, z] = unit.map((part, axis) => share * part * LUNG_MM[axis]!) as [number, number, number];
    return [x + (random.uniform() < 0.5 ? -1 : 1) * LUNG_MIDDLE_MM, y, z];
  }
}

/** Edges are 1.4 mm wide; the wall stays as it is. */
function paint(data: Int16Array, { from, to, radiusMm, hu }: Thing): void {
  const [width, height, depth] = PHANTOM.size;
  const reach = radiusMm + 1;
  const along = from.map((mm, axis) => to[axis]! - mm) as unknown as Vector3;
  const length = along[0] ** 2 + along[1] ** 2 + along[2] ** 2;
  const low = (axis: number): number => Math.max(0, voxelOf(axis, Math.min(from[axis]!, to[axis]!) - reach));
  const high = (axis: number, voxels: number): number =>
    Math.min(voxels, voxelOf(axis, Math.max(from[axis]!, to[axis]!) + reach) + 1);
  for (let z = low(2); z < high(2, depth); z++)
    for (let y = low(1); y < high(1, height); y++)
      for (let x = low(0); x < high(0, width); x++) {
        const at = (z * height + y) * width + x;
        if (data[at]! >= hu) continue;
        const [px, py, pz] = [worldOf(0, x) - from[0], worldOf(1, y) - from[1], worldOf(2, z) - from[2]];
        const dot = px * along[0] + py * along[1] + pz * along[2];
        const t = length === 0 ? 0 : Math.max(0, Math.min(1, dot / length));
        const away = Math.hypot(px - t * along[0], py - t * along[1], pz - t * along[2]);
        const share = Math.max(0, Math.min(1, 0.5 + (radiusMm - away) / 1.4));
        data[at] = data[at]! + Math.round(share * (hu - data[at]!));
      }
}

function worldOf(axis: number, voxel: number): number {
  return PHANTOM.originMm[axis]! + voxel * PHANTOM.spacingMm[axis]!;
}

/** The first voxel at or behind a place. */
function voxelOf(axis: number, worldMm: number): number {
  return Math.ceil((worldMm - PHANTOM.originMm[axis]!) / PHANTOM.spacingMm[axis]!);
}
