import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import type { ChestShape } from './chestShape.js';
import type { LungTrees } from './lungTrees.js';
import { addScaled, distance, randomDirection } from './points.js';
import type { Branch } from './vesselTree.js';

/** Where in a chest something may lie: its lungs and vessels, between two heights (mm around the chest's middle). */
export interface Field {
  readonly chest: ChestShape;
  readonly trees: LungTrees;
  readonly lowZ: number;
  readonly highZ: number;
}

/** What a round finding touches. */
export type Site = 'free' | 'wall' | 'vessel';

/** A ball that has its place. */
export interface PlacedBall {
  readonly center: Vector3;
  readonly radiusMm: number;
}

export interface BallRequest {
  readonly site: Site;
  readonly diameterMm: number;
  /** Those that have a place, and how far from their surface the new one keeps. */
  readonly taken: readonly PlacedBall[];
  readonly apartMm: number;
}

/** Centre of a ball of the wanted site and diameter, at a free place. */
export function placeBall(field: Field, request: BallRequest, random: Random): Vector3 {
  const { diameterMm, taken } = request;
  let { apartMm, site } = request;
  for (let tries = 0; ; tries++) {
    // A crowded field: give way step by step rather than loop for ever.
    if (tries % 200 === 199) apartMm *= 0.8;
    if (tries % 2000 === 1999) site = 'free';
    if (tries === 100_000)
      throw new RangeError(`Expected a place for a finding of ${diameterMm} mm, found none`);
    const center = proposeCenter(field, site, diameterMm / 2, random);
    if (center === undefined || !isInField(field, center)) continue;
    const free = taken.every(
      (other) => distance(center, other.center) > apartMm + diameterMm / 2 + other.radiusMm,
    );
    if (free) return center;
  }
}

/** A place of the wanted kind, or undefined when this draw hit none. */
function proposeCenter(field: Field, site: Site, radius: number, random: Random): Vector3 | undefined {
  if (site === 'vessel') return besideVessel(field, radius, random);
  const { chest } = field;
  const point = pointInLung(field, random);
  const depth = chest.depthInLungMm(point);
  if (site === 'wall')
    return depth < 14 ? onWall(chest, point, radius * random.between(0.15, 0.9)) : undefined;
  return depth > radius + 2.5 && clearOfLargeTubes(field, point, radius) ? point : undefined;
}

/** True where a point lies between the field's heights. */
export function isInField({ lowZ, highZ }: Pick<Field, 'lowZ' | 'highZ'>, p: Vector3): boolean {
  return p[2] >= lowZ && p[2] <= highZ;
}

/** Uniform in the field's part of the lungs, 2 mm off their wall. */
export function pointInLung({ chest, lowZ, highZ }: Omit<Field, 'trees'>, random: Random): Vector3 {
  for (;;) {
    const point: Vector3 = [
      random.between(-1, 1) * chest.sizes.halfWidthMm,
      random.between(-1, 1) * chest.sizes.halfDepthMm,
      random.between(lowZ, highZ),
    ];
    if (chest.lungAt(point[0], point[1], point[2]) < -2) return point;
  }
}

/** The point `depthMm` inside the lung, on the wall nearest to `point`. */
export function onWall(chest: ChestShape, point: Vector3, depthMm: number): Vector3 {
  let p = point;
  for (let step = 0; step < 6; step++)
    p = addScaled(p, chest.inwardNormal(p), 0.9 * (depthMm - chest.depthInLungMm(p)));
  return p;
}

/** Touching a vessel of 1.2 to 4 mm. */
function besideVessel(field: Field, radius: number, random: Random): Vector3 | undefined {
  const branches = random.uniform() < 0.5 ? field.trees.arteries : field.trees.veins;
  const branch = branches[random.integer(branches.length)]!;
  if (branch.fromRadiusMm < 0.6 || branch.fromRadiusMm > 2) return undefined;
  const on = branch.path[random.integer(branch.path.length)]!;
  if (!isInField(field, on)) return undefined;
  const center = addScaled(
    on,
    randomDirection(random),
    branch.fromRadiusMm + radius * random.between(0.25, 0.95),
  );
  return field.chest.depthInLungMm(center) > radius + 2 && clearOfLargeTubes(field, center, radius)
    ? center
    : undefined;
}

/** No vessel of more than 5 mm and no visible airway runs through. */
function clearOfLargeTubes({ trees }: Field, center: Vector3, radius: number): boolean {
  const clear = (path: readonly Vector3[], tubeRadius: number): boolean =>
    path.every((point) => distance(point, center) > radius + tubeRadius + 2);
  const large = (branch: Branch): boolean => branch.fromRadiusMm > 2.2;
  return (
    [...trees.arteries, ...trees.veins].every(
      (branch) => !large(branch) || clear(branch.path, branch.fromRadiusMm),
    ) &&
    trees.airways.every(({ lumen, wallMm }) => clear([lumen.from, lumen.to], lumen.fromRadiusMm + wallMm))
  );
}
