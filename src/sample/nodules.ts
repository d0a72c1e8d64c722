import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/volume.js';
import type { ChestShape } from './chestShape.js';
import type { LungTrees } from './lungTrees.js';
import { addScaled, distance, dot, randomDirection } from './points.js';
import type { Branch, Tube } from './vesselTree.js';

export type NoduleSite = 'free' | 'wall' | 'vessel';

export interface Nodule {
  readonly center: Vector3;
  readonly diameterMm: number;
  readonly site: NoduleSite;
  readonly valueHu: number;
  /** Width over which its edge fades. */
  readonly edgeMm: number;
  /** Directions in which it bulges (above 0) or is dented, and by which share of its radius. */
  readonly lobes: readonly { readonly towards: Vector3; readonly share: number }[];
  readonly spicules: readonly Tube[];
}

/** Diameters at these shares of LUNA16's 1,186 annotated nodules; the largest are held below 30 mm. */
const DIAMETER_MM: readonly (readonly [share: number, mm: number])[] = [
  [0, 3.25],
  [0.1, 4.4],
  [0.25, 5.11],
  [0.5, 6.43],
  [0.75, 9.7],
  [0.9, 15.5],
  [0.97, 21.4],
  [1, 30],
];

/** Nodules keep this far from each other's surface, so that each is a finding of its own. */
const APART_MM = 22;

/** Signed distance (mm, nearly) to a nodule's surface. */
export function noduleDistance(nodule: Nodule): (x: number, y: number, z: number) => number {
  const { center, lobes } = nodule;
  const radius = nodule.diameterMm / 2;
  return (x, y, z) => {
    const p: Vector3 = [x - center[0], y - center[1], z - center[2]];
    const away = Math.sqrt(dot(p, p));
    if (away > 1.6 * radius + 4) return away - radius;
    let surface = radius;
    for (const { towards, share } of lobes) {
      const facing = away < 1e-6 ? 0 : dot(p, towards) / away;
      if (facing > 0) surface += radius * share * facing * facing * facing;
    }
    return away - surface;
  };
}

/** A diameter from LUNA16's distribution. */
export function drawDiameterMm(random: Random): number {
  const share = random.uniform();
  const above = DIAMETER_MM.findIndex(([end]) => end >= share);
  const [fromShare, fromMm] = DIAMETER_MM[Math.max(0, above - 1)]!;
  const [toShare, toMm] = DIAMETER_MM[Math.max(1, above)]!;
  return fromMm + ((share - fromShare) / (toShare - fromShare)) * (toMm - fromMm);
}

export interface NoduleRequest {
  readonly chest: ChestShape;
  readonly trees: LungTrees;
  /** Those that already have a place. */
  readonly nodules: readonly Nodule[];
  readonly site: NoduleSite;
  readonly diameterMm: number;
  readonly random: Random;
}

/** A nodule of the wanted kind and diameter, at a free place. */
export function placeNodule(request: NoduleRequest): Nodule {
  const { diameterMm, random, nodules } = request;
  let apartMm = APART_MM;
  for (let tries = 0; ; tries++) {
    // A crowded chest: give way step by step rather than loop for ever.
    if (tries % 200 === 199) apartMm *= 0.8;
    if (tries === 100_000)
      throw new RangeError(`Expected a place for a nodule of ${diameterMm} mm, found none`);
    const center = proposeCenter(request);
    if (center === undefined) continue;
    const free = nodules.every(
      (other) => distance(center, other.center) > apartMm + (diameterMm + other.diameterMm) / 2,
    );
    if (free) return dressNodule(center, diameterMm, request.site, random);
  }
}

/** A place of the wanted kind, or undefined when this draw hit none. */
function proposeCenter({ chest, trees, site, diameterMm, random }: NoduleRequest): Vector3 | undefined {
  const radius = diameterMm / 2;
  if (site === 'vessel') return besideVessel(chest, trees, radius, random);
  const point = pointInLung(chest, random);
  const depth = chest.depthInLungMm(point);
  if (site === 'wall')
    return depth < 14 ? onWall(chest, point, radius * random.between(0.15, 0.75)) : undefined;
  return depth > radius + 2.5 && clearOfLargeTubes(trees, point, radius) ? point : undefined;
}

/** Uniform in the lungs, 2 mm off their wall. */
export function pointInLung(chest: ChestShape, random: Random): Vector3 {
  for (;;) {
    const point: Vector3 = [
      random.between(-1, 1) * chest.sizes.halfWidthMm,
      random.between(-1, 1) * chest.sizes.halfDepthMm,
      random.between(chest.baseZ, chest.apexZ),
    ];
    if (chest.tissuesAt(point[0], point[1], point[2]).lung < -2) return point;
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
function besideVessel(
  chest: ChestShape,
  trees: LungTrees,
  radius: number,
  random: Random,
): Vector3 | undefined {
  const branches = random.uniform() < 0.5 ? trees.arteries : trees.veins;
  const branch = branches[random.integer(branches.length)]!;
  if (branch.fromRadiusMm < 0.6 || branch.fromRadiusMm > 2) return undefined;
  const on = branch.path[random.integer(branch.path.length)]!;
  const center = addScaled(
    on,
    randomDirection(random),
    branch.fromRadiusMm + radius * random.between(0.35, 0.95),
  );
  return chest.depthInLungMm(center) > radius + 2 && clearOfLargeTubes(trees, center, radius)
    ? center
    : undefined;
}

/** No vessel of more than 5 mm and no visible airway runs through. */
function clearOfLargeTubes(trees: LungTrees, center: Vector3, radius: number): boolean {
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

/** Shape, density and edge. */
function dressNodule(center: Vector3, diameterMm: number, site: NoduleSite, random: Random): Nodule {
  const radius = diameterMm / 2;
  const kind = random.uniform();
  const lobed = random.uniform() < 0.7;
  const lobes = Array.from({ length: lobed ? 6 : 3 }, () => ({
    towards: randomDirection(random),
    share: lobed ? random.between(-0.34, 0.42) : random.between(-0.14, 0.16),
  }));
  const spiculated = diameterMm > 6 && random.uniform() < 0.45;
  const spicules = Array.from({ length: spiculated ? 5 + random.integer(7) : 0 }, () => {
    const towards = randomDirection(random);
    return {
      from: addScaled(center, towards, 0.75 * radius),
      to: addScaled(center, towards, radius * random.between(1.3, 1.8)),
      fromRadiusMm: random.between(0.5, 1.1),
      toRadiusMm: 0.25,
    };
  });
  const density =
    kind < 0.14
      ? { valueHu: random.between(-520, -250), edgeMm: random.between(2, 3.2) }
      : kind < 0.2
        ? { valueHu: random.between(140, 320), edgeMm: 0.8 }
        : { valueHu: random.between(-10, 70), edgeMm: random.between(0.8, 1.9) };
  return { center, diameterMm, site, lobes, spicules, ...density };
}
