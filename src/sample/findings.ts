import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/volume.js';
import type { ChestShape } from './chestShape.js';
import type { LungTrees } from './lungTrees.js';
import { drawDiameterMm, type Nodule, type NoduleSite, onWall, placeNodule, pointInLung } from './nodules.js';
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
import type { Tube } from './vesselTree.js';

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
