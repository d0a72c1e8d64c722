import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Geometry, Matrix3, Vector3, Volume } from '../../src/volumes/voxels/volume.js';

/** A ball in the lungs, or a tube (a vessel) from one point to another; world mm. */
export interface PhantomBall {
  readonly centerWorldMm: Vector3;
  readonly diameterMm: number;
  readonly hu: number;
}
export interface PhantomTube {
  readonly fromWorldMm: Vector3;
  readonly toWorldMm: Vector3;
  readonly diameterMm: number;
}

export interface PhantomOptions {
  readonly spacingMm?: Vector3;
  readonly direction?: Matrix3;
  readonly balls?: readonly PhantomBall[];
  readonly tubes?: readonly PhantomTube[];
  readonly noiseHu?: number;
  readonly seed?: number;
}

/** Half axes of body and lungs, around (0, 0, 0) in the world. */
const BODY_MM: Vector3 = [150, 105, 400];
const LUNG_MM: Vector3 = [48, 65, 62];
/** The lungs' middles lie so far to both sides. */
const LUNG_MIDDLE_MM = 68;
const [AIR_HU, BODY_HU, LUNG_HU] = [-1000, 40, -850];
const EXTENT_MM: Vector3 = [330, 240, 140];

/** A chest of ellipsoids, edges blurred as a scanner does, with what is put into the lungs. */
export function chestPhantom(options: PhantomOptions = {}): Volume {
  const { spacingMm = [1, 1, 1], direction = [1, 0, 0, 0, 1, 0, 0, 0, 1] } = options;
  const size = EXTENT_MM.map((mm, axis) => Math.round(mm / spacingMm[axis]!)) as unknown as Vector3;
  const unplaced: Geometry = { size, spacingMm, direction, originMm: [0, 0, 0] };
  const middle = voxelToWorld(unplaced, [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2]);
  const geometry: Geometry = { ...unplaced, originMm: middle.map((mm) => -mm) as unknown as Vector3 };
  const data = new Int16Array(size[0] * size[1] * size[2]);
  const random = createRandom(`phantom ${options.seed ?? 0}`);
  const [a, , , d, , , g] = direction;
  for (let z = 0, at = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++) {
      const [x0, y0, z0] = voxelToWorld(geometry, [0, y, z]);
      for (let x = 0; x < size[0]; x++, at++) {
        const along = x * spacingMm[0];
        const noise = options.noiseHu === undefined ? 0 : options.noiseHu * random.normal();
        data[at] = Math.round(huAt(x0 + along * a, y0 + along * d, z0 + along * g, options) + noise);
      }
    }
  return { data, ...geometry };
}

function huAt(x: number, y: number, z: number, { balls = [], tubes = [] }: PhantomOptions): number {
  const body = inside(-ellipsoidMm(x, y, z, BODY_MM));
  const lung = inside(-ellipsoidMm(Math.abs(x) - LUNG_MIDDLE_MM, y, z, LUNG_MM));
  let hu = AIR_HU + body * (BODY_HU - AIR_HU) + lung * (LUNG_HU - BODY_HU);
  if (lung === 0) return hu;
  for (const {
    centerWorldMm: [cx, cy, cz],
    diameterMm,
    hu: ballHu,
  } of balls) {
    const squared = (x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2;
    if (squared > (diameterMm / 2 + 1) ** 2) continue;
    // What lies in the wall is wall already.
    hu = Math.max(hu, hu + inside(diameterMm / 2 - Math.sqrt(squared)) * (ballHu - hu));
  }
  for (const { fromWorldMm, toWorldMm, diameterMm } of tubes)
    hu += inside(diameterMm / 2 - distanceToSegment([x, y, z], fromWorldMm, toWorldMm)) * (BODY_HU - hu);
  return hu;
}

/** 0 to 1 over 1.4 mm around an edge that lies `depthMm` away. */
function inside(depthMm: number): number {
  return Math.max(0, Math.min(1, 0.5 + depthMm / 1.4));
}

/** About how far a point lies outside an ellipsoid around (0, 0, 0), mm. */
function ellipsoidMm(x: number, y: number, z: number, [a, b, c]: Vector3): number {
  return (Math.sqrt((x / a) ** 2 + (y / b) ** 2 + (z / c) ** 2) - 1) * Math.min(a, b, c);
}

function distanceToSegment(p: Vector3, a: Vector3, b: Vector3): number {
  const [along, to] = [b.map((mm, i) => mm - a[i]!), p.map((mm, i) => mm - a[i]!)];
  const length = along.reduce((sum, mm) => sum + mm * mm, 0);
  const share = Math.max(0, Math.min(1, along.reduce((sum, mm, i) => sum + mm * to[i]!, 0) / length));
  return Math.hypot(...to.map((mm, i) => mm - share * along[i]!));
}
