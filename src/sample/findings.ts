import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/volume.js';
import type { ChestShape } from './chestShape.js';
import type { LungTrees } from './lungTrees.js';
import {
  add,
  addScaled,
  cross,
  distance,
  dot,
  perpendicularTo,
  randomDirection,
  randomInBall,
  scale,
  subtract,
  unitOf,
} from './points.js';
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

/** A flat thickening of the pleura: looks like a nodule on the wall in one slice. */
export interface WallBump {
  readonly center: Vector3;
  /** Unit vectors: into the lung, and two along the wall. */
  readonly axes: readonly [Vector3, Vector3, Vector3];
  /** Half extent along each axis. */
  readonly halfMm: Vector3;
}

/** A band of scar tissue. */
export interface Scar {
  readonly center: Vector3;
  readonly tubes: readonly Tube[];
}

export interface Findings {
  readonly nodules: readonly Nodule[];
  /** Below 3 mm: LUNA16 leaves them out of its reference. */
  readonly micronodules: readonly Nodule[];
  readonly bumps: readonly WallBump[];
  readonly scars: readonly Scar[];
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

export function placeFindings(chest: ChestShape, trees: LungTrees, random: Random): Findings {
  const sampler = random.fork('nodules');
  const count = 8 + sampler.integer(5);
  const diameters = Array.from({ length: count }, () => drawDiameterMm(sampler)).sort((a, b) => b - a);
  const nodules: Nodule[] = [];
  for (const diameterMm of diameters) {
    const pick = sampler.uniform();
    const site: NoduleSite = pick < 0.55 ? 'free' : pick < 0.8 ? 'wall' : 'vessel';
    nodules.push(placeNodule({ chest, trees, nodules, site, diameterMm, random: sampler }));
  }
  const small = random.fork('micronodules');
  const micronodules: Nodule[] = [];
  for (let i = 2 + small.integer(3); i > 0; i--)
    micronodules.push(
      placeNodule({
        chest,
        trees,
        nodules: [...nodules, ...micronodules],
        site: 'free',
        diameterMm: small.between(1.8, 2.9),
        random: small,
      }),
    );
  const taken = [...nodules, ...micronodules].map((nodule) => nodule.center);
  const bumps = placeBumps(chest, taken, random.fork('bumps'));
  return { nodules, micronodules, bumps, scars: placeScars(chest, taken, random.fork('scars')) };
}

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

/** Signed distance (mm, nearly) to a bump's surface. */
export function bumpDistance(bump: WallBump): (x: number, y: number, z: number) => number {
  return (x, y, z) => {
    const p = subtract([x, y, z], bump.center);
    const [u, v, w] = [0, 1, 2].map((i) => dot(p, bump.axes[i]!) / bump.halfMm[i]!) as [
      number,
      number,
      number,
    ];
    return (Math.sqrt(u * u + v * v + w * w) - 1) * bump.halfMm[0];
  };
}

function drawDiameterMm(random: Random): number {
  const share = random.uniform();
  const above = DIAMETER_MM.findIndex(([end]) => end >= share);
  const [fromShare, fromMm] = DIAMETER_MM[Math.max(0, above - 1)]!;
  const [toShare, toMm] = DIAMETER_MM[Math.max(1, above)]!;
  return fromMm + ((share - fromShare) / (toShare - fromShare)) * (toMm - fromMm);
}

interface NoduleRequest {
  readonly chest: ChestShape;
  readonly trees: LungTrees;
  /** Those that already have a place. */
  readonly nodules: readonly Nodule[];
  readonly site: NoduleSite;
  readonly diameterMm: number;
  readonly random: Random;
}

function placeNodule(request: NoduleRequest): Nodule {
  const { diameterMm, random, nodules } = request;
  let apartMm = APART_MM;
  for (let tries = 0; ; tries++) {
    // A crowded chest: give way step by step rather than loop for ever.
    if (tries % 200 === 199) apartMm *= 0.8;
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
function onWall(chest: ChestShape, point: Vector3, depthMm: number): Vector3 {
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

function placeBumps(chest: ChestShape, taken: readonly Vector3[], random: Random): WallBump[] {
  return placeApart(14 + random.integer(5), taken, random, () => {
    const point = pointInLung(chest, random);
    if (chest.depthInLungMm(point) > 14) return undefined;
    const center = onWall(chest, point, 0);
    const inward = chest.inwardNormal(center);
    const along = unitOf(cross(inward, randomDirection(random)), perpendicularTo(inward));
    const halfMm: Vector3 = [random.between(1.8, 4), random.between(4.5, 9), random.between(5, 13)];
    return { center, axes: [inward, along, cross(inward, along)], halfMm };
  });
}

function placeScars(chest: ChestShape, taken: readonly Vector3[], random: Random): Scar[] {
  return placeApart(6 + random.integer(4), taken, random, () => {
    const center = pointInLung(chest, random);
    const depth = chest.depthInLungMm(center);
    if (depth < 3 || depth > 16) return undefined;
    const along = unitOf(cross(chest.inwardNormal(center), randomDirection(random)), [0, 1, 0]);
    const half = random.between(5, 11);
    const thickMm = random.between(0.7, 1.6);
    const bend = scale(randomInBall(random), 0.5 * half);
    const [start, end] = [addScaled(center, along, -half), add(addScaled(center, along, half), bend)];
    const tube = (from: Vector3, to: Vector3, fromRadiusMm: number, toRadiusMm: number): Tube => ({
      from,
      to,
      fromRadiusMm,
      toRadiusMm,
    });
    const tail = add(center, scale(randomDirection(random), half));
    return {
      center,
      tubes: [
        tube(start, center, 0.4, thickMm),
        tube(center, end, thickMm, 0.4),
        tube(center, tail, thickMm * 0.8, 0.3),
      ],
    };
  });
}

/** `count` things away from those that are there and from each other. */
function placeApart<T extends { readonly center: Vector3 }>(
  count: number,
  taken: readonly Vector3[],
  random: Random,
  propose: () => T | undefined,
): T[] {
  const placed: T[] = [];
  for (let tries = 0; placed.length < count && tries < 400 * count; tries++) {
    const thing = propose();
    if (thing === undefined) continue;
    const apartMm = random.between(22, 26);
    const free =
      taken.every((point) => distance(point, thing.center) > apartMm) &&
      placed.every((other) => distance(other.center, thing.center) > 14);
    if (free) placed.push(thing);
  }
  return placed;
}
